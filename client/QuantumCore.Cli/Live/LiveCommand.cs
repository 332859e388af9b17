using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli.Live;

/// <summary>live: book, trades and own orders on one screen, until a key ends it.</summary>
internal sealed class LiveCommand(QuantumCoreClient client, IReadOnlyList<string> symbols, TextWriter output, TimeProvider time)
{
    private const int FramesPerSecond = 10;
    private const int Past = 50;

    private readonly LiveModel _model = new();

    internal static Command Compose(CommandLineApp app)
    {
        var symbol = new Argument<string?>("symbol")
        {
            Description = "The instrument to begin with [default: the first one]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return app.Add(
            new Command("live", "Book, trades and your orders on one screen. Keys: n and p change the symbol, q quits.") { symbol },
            """
            qc live AAPL
            qc watch AAPL --json                         the same book for a program, one a line
            """,
            async (parse, session, cancellation) =>
            {
                if (!session.Screen.HasKeyboard || app.Environment("TERM") is null or "" or "dumb")
                {
                    throw new UsageException(
                        "live needs a terminal for its output and its keys: qc watch SYMBOL --json prints one book a line, qc orders --json the orders");
                }

                var client = session.Client();
                var listed = (await client.GetInstrumentsAsync(cancellation)).Select(static instrument => instrument.Symbol).ToArray();
                var first = parse.GetValue(symbol) is { } wanted ? Array.IndexOf(listed, wanted) : 0;
                if (first < 0 || listed.Length == 0)
                    throw new UsageException($"{parse.GetValue(symbol)} is not listed: qc instruments");

                await new LiveCommand(client, listed, session.Screen.Output, session.Time).RunAsync(first, cancellation);
                return ExitCodes.Done;
            });
    }

    private async Task RunAsync(int first, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var account = FollowAccountAsync(ends.Token);
        await output.WriteAsync(LiveScreen.Clear);
        try
        {
            for (var at = first; at >= 0;)
                at = await ShowAsync(at, account, ends.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C is another way to quit.
        }
        finally
        {
            await ends.CancelAsync();
            await output.WriteAsync(LiveScreen.Leave);
        }
    }

    /// <summary>
    /// Shows a symbol until a key selects another. Returns the next symbol's index, or a negative number to quit.
    /// </summary>
    private async Task<int> ShowAsync(int at, Task account, CancellationToken cancellation)
    {
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _model.Show(symbols[at]);
        var feeds = Task.WhenAny(account, FollowBookAsync(symbols[at], leaves.Token), FollowStateAsync(symbols[at], leaves.Token)).Unwrap();
        try
        {
            using var frames = new PeriodicTimer(TimeSpan.FromSeconds(1) / FramesPerSecond, time);
            var shown = "";
            do
            {
                while (Console.KeyAvailable)
                {
                    if (Next(Console.ReadKey(intercept: true), at) is var next && next != at)
                        return next;
                }

                // A feed never ends by itself: a completed one has failed, so await it for the exception.
                if (feeds.IsCompleted)
                    await feeds;

                // A terminal that was never told its size reports 0.
                var (width, height) = (Console.WindowWidth is > 0 and var columns ? columns : 80, Console.WindowHeight is > 0 and var rows ? rows : 24);
                var frame = LiveScreen.Frame(LiveScreen.Lines(_model.Now, width, height), width);
                if (frame != shown)
                    await output.WriteAsync(shown = frame);
            }
            while (await frames.WaitForNextTickAsync(cancellation));

            return -1;
        }
        finally
        {
            await leaves.CancelAsync();
        }
    }

    private int Next(ConsoleKeyInfo key, int at) => (key.Key, char.ToLowerInvariant(key.KeyChar)) switch
    {
        (ConsoleKey.Escape, _) or (_, 'q') => -1,
        (ConsoleKey.RightArrow or ConsoleKey.Tab, _) or (_, 'n') => (at + 1) % symbols.Count,
        (ConsoleKey.LeftArrow, _) or (_, 'p') => (at + symbols.Count - 1) % symbols.Count,
        _ => at,
    };

    private async Task FollowAccountAsync(CancellationToken cancellation)
    {
        await foreach (var update in client.WatchAccountAsync(cancellation))
            _model.Take(update);
    }

    private async Task FollowBookAsync(string symbol, CancellationToken cancellation)
    {
        var past = false;
        await foreach (var update in client.WatchAsync([symbol], cancellation))
        {
            _model.Take(update);
            past &= update.Change != BookChange.Stale;
            if (past || update.Change == BookChange.Stale)
                continue;

            // Read after a snapshot, so that no trade or trade change falls between the two.
            try
            {
                _model.Take(symbol, await client.GetTradesAsync(symbol, Past, cancellation));
                past = true;
            }
            catch (QuantumCoreException failure) when (IsPassing(failure))
            {
                // Retried with the next update.
            }
        }
    }

    /// <summary>Polls the phase: no stream of the SDK carries it, and it changes a few times a day.</summary>
    private async Task FollowStateAsync(string symbol, CancellationToken cancellation)
    {
        using var looks = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        do
        {
            try
            {
                _model.Take(await client.GetStateAsync(symbol, cancellation));
            }
            catch (QuantumCoreException failure) when (IsPassing(failure))
            {
                // The streams report the lost connection and recover by themselves.
            }
        }
        while (await looks.WaitForNextTickAsync(cancellation));
    }

    /// <summary>Returns true if the next attempt may succeed: the exchange is unreachable or overloaded.</summary>
    private static bool IsPassing(QuantumCoreException failure) =>
        ExitCodes.For(failure) == ExitCodes.Unreachable || failure.Code is RejectCodes.Overloaded or RejectCodes.TooManyRequests;
}
