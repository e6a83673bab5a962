import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.index.mapper.MapperExtrasPlugin;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.reindex.ReindexPlugin;
import org.elasticsearch.transport.Netty4Plugin;

/**
 * One node of Elasticsearch 7.17, for which no "runner" is published. Takes the runner's arguments, in pairs: -basePath
 * DIR, with the settings in DIR/node_1/config, -clusterName NAME, -baseHttpPort PORT, which is the port less one.
 */
class Elasticsearch717 extends Node {
    Elasticsearch717(Environment environment) {
        super(environment, List.of(Netty4Plugin.class, ReindexPlugin.class, MapperExtrasPlugin.class), false);
    }

    public static void main(String[] arguments) {
        try {
            run(arguments);
        } catch (Exception problem) {
            problem.printStackTrace();
            System.exit(1);
        }
    }

    private static void run(String[] arguments) throws Exception {
        Map<String, String> said = new HashMap<>();
        for (int i = 0; i + 1 < arguments.length; i += 2) said.put(arguments[i], arguments[i + 1]);
        Path home = Path.of(said.get("-basePath"), "node_1");
        LogConfigurator.setNodeName("node_1");
        Settings settings = Settings.builder()
            .put("path.home", home.toString())
            .put("cluster.name", said.get("-clusterName"))
            .put("http.port", Integer.parseInt(said.get("-baseHttpPort")) + 1)
            .build();
        Node node = new Elasticsearch717(
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "node_1"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        int port = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress().getPort();
        System.out.println("HTTP Port: " + port);
        Thread.currentThread().join(); // all of the node's threads are daemons
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception problem) {
            problem.printStackTrace();
        }
    }
}
