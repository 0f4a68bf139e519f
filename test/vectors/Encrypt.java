import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import javax.crypto.Cipher;

// Reads lines "SPKI-base64 message-base64" and answers each with the ciphertext in base64 (SunJCE, PKCS1Padding).
public class Encrypt {
  public static void main(String[] arguments) throws Exception {
    String input = new String(System.in.readAllBytes(), StandardCharsets.US_ASCII);
    for (String line : input.split("\n")) {
      String[] fields = line.split(" ", -1);
      byte[] spki = Base64.getDecoder().decode(fields[0]);
      PublicKey key = KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(spki));
      Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
      cipher.init(Cipher.ENCRYPT_MODE, key);
      byte[] ciphertext = cipher.doFinal(Base64.getDecoder().decode(fields[1]));
      System.out.println(Base64.getEncoder().encodeToString(ciphertext));
    }
  }
}
