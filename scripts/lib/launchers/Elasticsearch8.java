import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.http.HttpServerTransport;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;

/**
 * One node of Elasticsearch 8, for which no "runner" is published. Takes the runner's arguments, in pairs: -basePath
 * DIR, with the settings in DIR/node_1/config and the transport in DIR/node_1/modules, -clusterName NAME,
 * -baseHttpPort PORT, which is the port less one.
 */
class Elasticsearch8 {
    private static final String LOGGING = """
        status = error
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] [%node_name]%marker %m%n
        rootLogger.level = warn
        rootLogger.appenderRef.console.ref = console
        """;

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
        PrintStream out = System.out; // what is printed later goes to the log
        LogConfigurator.configureESLogging();
        LogConfigurator.registerErrorListener();
        LogConfigurator.loadLog4jPlugins();
        LogConfigurator.setNodeName("node_1");
        Settings settings = Settings.builder()
            .put("path.home", home.toString())
            .put("cluster.name", said.get("-clusterName"))
            .put("http.port", Integer.parseInt(said.get("-baseHttpPort")) + 1)
            .build();
        Environment environment =
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> "node_1");
        Files.writeString(home.resolve("config/log4j2.properties"), LOGGING);
        LogConfigurator.configure(environment, true);
        Node node = new Node(environment);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        int port = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress().getPort();
        out.println("HTTP Port: " + port);
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
