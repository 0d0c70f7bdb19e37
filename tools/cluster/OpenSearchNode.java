import java.nio.file.Files;
import java.nio.file.Path;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One node of a test cluster in this JVM: OpenSearchNode NUMBER FOLDER COUNT PORT. HTTP on PORT+NUMBER, transport on PORT+50+NUMBER. */
public class OpenSearchNode {
    public static void main(String[] args) throws Exception {
        int number = Integer.parseInt(args[0]), count = Integer.parseInt(args[2]), port = Integer.parseInt(args[3]);
        String folder = args[1];
        String[] seeds = new String[count], managers = new String[count];
        for (int i = 1; i <= count; i++) { seeds[i - 1] = "127.0.0.1:" + (port + 50 + i); managers[i - 1] = "n" + i; }
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((ignored, settings) -> {
            settings.put("cluster.name", "searchsvc-test-" + port).put("node.name", "n" + number).put("network.host", "127.0.0.1");
            settings.put("http.port", String.valueOf(port + number)).put("transport.port", String.valueOf(port + 50 + number));
            // Without a discovery type the runner makes a cluster of one process.
            settings.put("discovery.type", "zen");
            settings.putList("discovery.seed_hosts", seeds).putList("cluster.initial_cluster_manager_nodes", managers);
            settings.put("node.processors", "1").put("action.auto_create_index", "false");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
            settings.put("indices.query.bool.max_clause_count", "65536");
            settings.put("cluster.max_shards_per_node", "10000");
            // Garbage that a small heap with a serial collector still holds is no reason to refuse requests.
            settings.put("indices.breaker.total.use_real_memory", "false");
        });
        Files.createDirectories(Path.of(folder));
        runner.build("-basePath", folder + "/n" + number, "-numOfNode", "1", "-baseHttpPort", String.valueOf(port));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try { runner.close(); } catch (Exception e) { e.printStackTrace(); }
        }));
        Thread.currentThread().join();
    }
}
