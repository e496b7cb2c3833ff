import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.List;

/** mongo-java-server in memory. Argument: the port. */
public class MongoLocal {
	// clients from 7.0 on refuse a server below wire version 9 (MongoDB 4.4); the library itself announces 8
	static final MongoVersion MONGO_4_4 = new MongoVersion() {
		public String toVersionString() { return "4.4.0"; }
		public List<Integer> getVersionArray() { return List.of(4, 4, 0); }
		public int getWireVersion() { return 9; }
	};

	// the library knows neither `hello` nor sessions; it accepts what clients send with them, and ignores it
	static class Backend extends MemoryBackend {
		@Override public Document handleCommand(Channel channel, String database, String command, Document query) {
			boolean isHello = command.equalsIgnoreCase("hello") || command.equalsIgnoreCase("ismaster");
			if (!isHello) return super.handleCommand(channel, database, command, query);
			Document reply = super.handleCommand(channel, database, "ismaster", query);
			reply.put("isWritablePrimary", true);
			reply.put("logicalSessionTimeoutMinutes", 30);
			return reply;
		}
	}

	public static void main(String[] args) {
		MongoServer server = new MongoServer(new Backend().version(MONGO_4_4));
		server.bind("127.0.0.1", Integer.parseInt(args[0]));
		System.out.println("READY");
	}
}
