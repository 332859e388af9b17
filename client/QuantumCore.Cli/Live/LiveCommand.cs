using System.Collections.Concurrent;
using System.CommandLine;
using QuantumCore.Client;

namespace QuantumCore.Cli.Live;

/// <summary>live: book, trades and own orders on one screen, and trading from it, until a key ends it.</summary>
internal sealed class LiveCommand(QuantumCoreClient client, TextWriter output, bool inColour, TimeProvider time)
{
    private const int FramesPerSecond = 10;
    private const int Past = 50;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly LiveModel _model = new();
    private readonly ConcurrentQueue<string> _outcomes = new();
    private readonly List<Task> _actions = [];

    internal static Command Compose(CommandLineApp app)
    {
        var symbol = new Argument<string?>("symbol")
        {
            Description = "The instrument to begin with [default: the first one]",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return app.Add(
            new Command(
                "live",
                "Book, trades and your orders on one screen. Keys: b buys, s sells, c cancels, "
                + "/ lists the instruments, ? helps, q quits.")
            {
                symbol,
            },
            """
            qc live AAPL
            qc watch AAPL --json                         the same book for a program, one a line
            """,
            async (parse, session, cancellation) =>
            {
                var kind = app.Environment("TERM");
                if (!session.Screen.HasKeyboard || kind is null or "" or "dumb")
                {
                    throw new UsageException(
                        "live needs a terminal for its output and its keys: "
                        + "qc watch SYMBOL --json prints one book a line, qc orders --json the orders");
                }

                var client = session.Client();
                var listed = (await client.Market.GetInstrumentsAsync(cancellation)).Select(
                    static instrument => instrument.Symbol).ToArray();
                var first = parse.GetValue(symbol) is { } wanted ? Array.IndexOf(listed, wanted) : 0;
                if (first < 0 || listed.Length == 0)
                    throw new UsageException($"{parse.GetValue(symbol)} is not listed: qc instruments");

                // https://no-color.org. The VT100 and its kind have none.
                var inColour = string.IsNullOrEmpty(app.Environment("NO_COLOR"))
                    && !kind.StartsWith("vt", StringComparison.Ordinal);
                await new LiveCommand(client, session.Screen.Output, inColour, session.Time).RunAsync(
                    new LiveState(listed, first), cancellation);
            });
    }

    private async Task RunAsync(LiveState state, CancellationToken cancellation)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var account = FollowAccountAsync(ends.Token);
        await output.WriteAsync(LiveScreen.Clear);
        try
        {
            for (var next = (LiveState?)state; next is not null;)
                next = await ShowAsync(next, account, ends.Token);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Ctrl-C is another way to quit.
        }
        finally
        {
            // An order that was just sent gets its response, or its id is told.
            await Task.WhenAny(Task.WhenAll(_actions), Task.Delay(s_patience, time, CancellationToken.None));
            await ends.CancelAsync();
            await Task.WhenAll(_actions);
            await output.WriteAsync(LiveScreen.Leave);
            while (_outcomes.TryDequeue(out var outcome))
                await output.WriteLineAsync(outcome);
        }
    }

    /// <summary>Shows a symbol until a key selects another. Returns the next state, or null to quit.</summary>
    private async Task<LiveState?> ShowAsync(LiveState state, Task account, CancellationToken cancellation)
    {
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var symbol = state.Symbol;
        _model.Show(symbol);
        var feeds = Task.WhenAny(account, FollowBookAsync(symbol, leaves.Token), FollowStateAsync(symbol, leaves.Token))
            .Unwrap();
        try
        {
            using var frames = new PeriodicTimer(TimeSpan.FromSeconds(1) / FramesPerSecond, time);
            var shown = "";
            do
            {
                while (Console.KeyAvailable)
                {
                    (state, var action) = state.Press(Console.ReadKey(intercept: true), _model.Now.Orders);
                    if (action is LiveAction.Quit)
                        return null;
                    if (action is not null)
                        _actions.Add(ActAsync(action, cancellation));
                    if (state.Symbol != symbol)
                        return state;
                }

                // A feed never ends by itself: a completed one has failed, so await it for the exception.
                if (feeds.IsCompleted)
                    await feeds;

                if (_outcomes.TryDequeue(out var outcome))
                    state = state with { Message = outcome };

                // A terminal that was never told its size reports 0.
                var (width, height) = (Console.WindowWidth is > 0 and var columns ? columns : 80,
                    Console.WindowHeight is > 0 and var rows ? rows : 24);
                var frame = LiveScreen.Frame(LiveScreen.Lines(_model.Now, state, width, height), width, inColour);
                if (frame != shown)
                    await output.WriteAsync(shown = frame);
            }
            while (await frames.WaitForNextTickAsync(cancellation));

            return null;
        }
        finally
        {
            await leaves.CancelAsync();
        }
    }

    /// <summary>Carries out an action beside the frames; its outcome appears in the foot line.</summary>
    private async Task ActAsync(LiveAction action, CancellationToken cancellation)
    {
        var id = QuantumCoreClient.NewClientOrderId();
        try
        {
            _outcomes.Enqueue(action switch
            {
                LiveAction.Place { Order: var wanted } =>
                    Outcome(await client.Orders.PlaceAsync(wanted with { ClientOrderId = id }, cancellation)),
                LiveAction.Cancel { Order: var open } =>
                    Outcome(await client.Orders.CancelAsync(open.Symbol, open.OrderId, cancellation)),
                LiveAction.CancelAll { Symbol: var symbol } =>
                    $"Cancelled {await client.Orders.CancelAllAsync(
                        symbol, cancellation: cancellation)} orders in {symbol}.",
                _ => "",
            });
        }
        catch (QuantumCoreException failure)
        {
            _outcomes.Enqueue($"{failure.Code}: {failure.Message}");
        }
        catch (OperationCanceledException)
        {
            if (action is LiveAction.Place { Order: var order })
                _outcomes.Enqueue(
                    $"Outcome unknown: {Tables.Word(order.Side)} {order.Symbol} with client order id {id}");
        }
    }

    /// <summary>Describes an order after an action, as "buy 10 AAPL: filled 10 at 150.25".</summary>
    private static string Outcome(Order order)
    {
        var average = order.AveragePrice is { } price ? $" at {Tables.Text(price)}" : "";
        var filled = order.Filled > 0 ? $", {Tables.Text(order.Filled)} filled{average}" : "";
        return $"{Tables.Word(order.Side)} {Tables.Text(order.Quantity)} {order.Symbol}: "
            + $"{Tables.Word(order.Status)}{filled}";
    }

    private async Task FollowAccountAsync(CancellationToken cancellation)
    {
        await foreach (var update in client.Account.WatchAsync(cancellation))
            _model.Take(update);
    }

    private async Task FollowBookAsync(string symbol, CancellationToken cancellation)
    {
        var past = false;
        await foreach (var update in client.Market.WatchBooksAsync([symbol], cancellation))
        {
            _model.Take(update);
            past &= update.Change != BookChange.Stale;
            if (past || update.Change == BookChange.Stale)
                continue;

            // Read after a snapshot, so that no trade or trade change falls between the two.
            try
            {
                _model.Take(symbol, await client.Market.GetTradesAsync(symbol, Past, cancellation));
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
                _model.Take(await client.Market.GetStateAsync(symbol, cancellation));
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
        ExitCodes.For(failure) == ExitCodes.Unreachable
            || failure.Code is RejectCodes.Overloaded or RejectCodes.TooManyRequests;
}
