import java.io.IOException;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/** The runner's node, which takes the runner's arguments, with the role `ingest`: the runner's own passes no pipelines. */
class OpenSearchIngest {
    public static void main(String[] arguments) throws InterruptedException {
        OpenSearchRunner runner = new OpenSearchRunner();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
        runner.onBuild((number, settings) -> settings.putList("node.roles", "cluster_manager", "data", "ingest"));
        runner.build(arguments);
        while (!runner.isClosed()) Thread.sleep(1000); // the node's own threads keep nothing alive
    }

    private static void close(OpenSearchRunner runner) {
        try {
            runner.close();
        } catch (IOException problem) {
            problem.printStackTrace();
        }
    }
}
