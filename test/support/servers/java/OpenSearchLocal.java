import org.codelibs.opensearch.runner.OpenSearchRunner;

/** Arguments: HTTP port, data directory, transport port. Logs "READY port" (as a log line: it takes over standard output). */
public class OpenSearchLocal {
  public static void main(String[] args) throws Exception {
    OpenSearchRunner runner = new OpenSearchRunner();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> { try { runner.close(); } catch (Exception e) { } }));
    runner.onBuild((i, settings) -> {
      settings.put("network.host", "127.0.0.1");
      settings.put("http.port", Integer.parseInt(args[0]));
      settings.put("transport.port", args[2]);
      settings.put("discovery.type", "single-node");
      settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
      settings.putList("discovery.seed_hosts", "127.0.0.1");
    }).build(OpenSearchRunner.newConfigs().basePath(args[1]).numOfNode(1).clusterName("test"));
    System.out.println("READY " + args[0]);
    Thread.currentThread().join();
  }
}
