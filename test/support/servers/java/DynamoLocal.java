import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import com.amazonaws.services.dynamodbv2.local.server.DynamoDBProxyServer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** DynamoDB Local listens on all addresses and has no option for the host: its connector is bound before it starts. */
public class DynamoLocal {
	public static void main(String[] args) throws Exception {
		DynamoDBProxyServer proxy = ServerRunner.createServerFromCommandLineArgs(args);
		var field = DynamoDBProxyServer.class.getDeclaredField("server");
		field.setAccessible(true);
		var connector = (ServerConnector) ((Server) field.get(proxy)).getConnectors()[0];
		connector.setHost("127.0.0.1");
		proxy.start();
		System.out.println("READY");
		proxy.join();
	}
}
