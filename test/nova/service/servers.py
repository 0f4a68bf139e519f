"""servers.py STATE <wanted >made

Makes Windows servers in the project demo. One JSON object a line in: {"name", "keyName", "publicKey"} and, where
the guest has posted a password, "password". Out, in the same order: {"id", "name", "password", "ciphertext"}.

Key pairs go in through Nova's API. The servers are written by Nova's own objects, as a boot leaves them behind:
there is no hypervisor here. The passwords arrive as cloudbase-init sends them: RSA PKCS#1 v1.5, base64, POST to
the real metadata service, signed as Neutron's metadata proxy signs.
"""
import base64
import hashlib
import hmac
import json
import sys
import uuid

from loopback import log_in, read_env, request

state = sys.argv[1]
env = read_env(state)
wanted = [json.loads(line) for line in sys.stdin if line.strip()]
token, login = log_in(env["OS_AUTH_URL"], env["OS_USERNAME"], env["OS_PASSWORD"], env["OS_PROJECT_NAME"])
user, project = login["user"]["id"], login["project"]["id"]
for name, public_key in {one["keyName"]: one["publicKey"] for one in wanted}.items():
    status, _, answer = request(
        "POST", f"{env['NOVA_URL']}/os-keypairs",
        {"keypair": {"name": name, "public_key": public_key}}, {"X-Auth-Token": token},
    )
    if status not in (200, 201, 409):
        raise SystemExit(f"key pair {name}: {status} {answer.decode()}")

# Only now: importing nova replaces sockets by green ones.
from nova import config, context, objects  # noqa: E402

config.parse_args(["servers"], default_config_files=[f"{state}/nova/nova.conf"])
objects.register_all()
from nova.network import model as network  # noqa: E402
from oslo_utils import timeutils  # noqa: E402

image = str(uuid.UUID(int=1))


def flavor_for_windows(nova):
    fields = dict(name="m1.windows", flavorid="42", memory_mb=4096, vcpus=2, root_gb=40, ephemeral_gb=0, swap=0,
                  rxtx_factor=1.0, is_public=True, disabled=False, extra_specs={})
    known = {flavor.name for flavor in objects.FlavorList.get_all(nova)}
    if fields["name"] not in known:
        objects.Flavor(nova, **fields).create()
    return objects.Flavor.get_by_name(nova, fields["name"])


def one_port(number):
    """What Neutron told nova-compute. Without any, the metadata service fails."""
    address = f"10.0.{number >> 8 & 255}.{number & 255}"
    subnet = network.Subnet(cidr="10.0.0.0/8", gateway=network.IP("10.0.0.1"), ips=[network.FixedIP(address=address)])
    private = network.Network(id=str(uuid.UUID(int=2)), bridge="br-int", label="private", subnets=[subnet], injected=False)
    return network.NetworkInfo([network.VIF(
        id=str(uuid.uuid4()), address=f"fa:16:3e:00:{number >> 8 & 255:02x}:{number & 255:02x}", network=private,
        type="ovs", devname="tap0", active=True,
    )])


def make_server(nova, in_cell, cell, flavor, number, name, key):
    server = objects.Instance(
        in_cell, uuid=str(uuid.uuid4()), user_id=user, project_id=project,
        display_name=name, display_description=name, hostname=name, launch_index=number, reservation_id="r-test",
        host="compute1", node="compute1", launched_on="compute1", launched_at=timeutils.utcnow(), availability_zone="nova",
        vm_state="active", power_state=1, task_state=None, progress=100, locked=False, hidden=False,
        os_type="windows", architecture="x86_64", vm_mode=None, image_ref=image, root_device_name="/dev/vda",
        key_name=key.name, key_data=key.public_key, keypairs=objects.KeyPairList(objects=[key]),
        flavor=flavor, old_flavor=None, new_flavor=None, instance_type_id=flavor.id, memory_mb=flavor.memory_mb,
        vcpus=flavor.vcpus, root_gb=flavor.root_gb, ephemeral_gb=0, ephemeral_key_uuid=None, config_drive="",
        user_data=None, metadata={},
        system_metadata={"image_os_type": "windows", "image_base_image_ref": image, "image_min_disk": "40"},
        info_cache=objects.InstanceInfoCache(network_info=one_port(number + 10)),
        pci_requests=objects.InstancePCIRequests(requests=[]), device_metadata=None, numa_topology=None,
        trusted_certs=None, vcpu_model=None,
    )
    server.create()
    objects.InstanceMapping(
        nova, instance_uuid=server.uuid, cell_mapping=cell, project_id=project, user_id=user, queued_for_delete=False,
    ).create()
    return server.uuid


def post_password(server, public_key, password):
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key

    key = load_ssh_public_key(public_key.encode())
    ciphertext = base64.b64encode(key.encrypt(password.encode(), padding.PKCS1v15()))
    signature = hmac.new(env["METADATA_SECRET"].encode(), server.encode(), hashlib.sha256).hexdigest()
    status, _, answer = request("POST", f"{env['METADATA_URL']}/openstack/2013-04-04/password", ciphertext, {
        "X-Instance-ID": server, "X-Instance-ID-Signature": signature, "X-Tenant-ID": project,
        "X-Forwarded-For": "10.0.0.9",
    })
    if status != 200:
        raise SystemExit(f"password of {server}: {status} {answer.decode()}")
    return ciphertext.decode()


nova = context.RequestContext(user, project, is_admin=True)
flavor = flavor_for_windows(nova)
keys = {name: objects.KeyPair.get_by_name(nova, user, name) for name in {one["keyName"] for one in wanted}}
cell = next(cell for cell in objects.CellMappingList.get_all(nova) if not cell.is_cell0())
with context.target_cell(nova, cell) as in_cell:
    made = [
        make_server(nova, in_cell, cell, flavor, number, one["name"], keys[one["keyName"]])
        for number, one in enumerate(wanted)
    ]
for one, server in zip(wanted, made):
    password = one.get("password")
    ciphertext = "" if password is None else post_password(server, one["publicKey"], password)
    print(json.dumps({"id": server, "name": one["name"], "password": password, "ciphertext": ciphertext}))
