"""Facts and policies in, a graph of typed nodes and edges out, each derived edge with its proof; and the stores."""
