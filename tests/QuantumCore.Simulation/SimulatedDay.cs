using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>What a simulation did.</summary>
/// <param name="Seed">The seed: the same again is the same history.</param>
/// <param name="Findings">What is wrong; empty is good news.</param>
/// <param name="Steps">Turns, messages, commits and timers.</param>
/// <param name="Trace">Hash of every choice.</param>
/// <param name="Records">Records that became durable.</param>
/// <param name="Fills">Trades.</param>
/// <param name="Voided">Tombstones.</param>
/// <param name="Kills">Silos that were killed.</param>
/// <param name="Unknown">Requests that never had an answer.</param>
/// <param name="Acknowledged">Orders that were acknowledged.</param>
/// <param name="Liquidated">Orders of liquidations.</param>
/// <param name="Deficits">Deficits that fund and house paid.</param>
/// <param name="Shared">Deficits of which others than fund and house paid a part.</param>
/// <param name="Settled">Trades that settled in batches.</param>
/// <param name="Failing">Fails, each as often as a record says that it is one.</param>
/// <param name="Dividends">Parts of dividends that were paid on their day.</param>
/// <param name="Packs">How often old frames of the journal became one.</param>
/// <param name="Changes">Trades that were declared void, or got another price.</param>
/// <param name="Shorts">Accounts that froze themselves, as they lacked what such a change took back.</param>
/// <param name="Network">What the network and the directory did wrong.</param>
public sealed record DayResult(
    int Seed, IReadOnlyList<string> Findings, long Steps, ulong Trace, long Records, long Fills, long Voided, int Kills,
    int Unknown, int Acknowledged, long Liquidated, long Deficits, long Shared, long Settled, long Failing, long Dividends, long Packs,
    long Changes, long Shorts, NetworkTally Network);

/// <summary>One seed: an exchange of some silos lives through a day of faults, and must come out of it whole.</summary>
public sealed class SimulatedDay
{
    private const int MostSteps = 2_000_000;
    private static readonly TimeSpan s_awake = TimeSpan.FromSeconds(4.2);
    private static readonly TimeSpan s_settled = TimeSpan.FromSeconds(11);
    private readonly World _world;
    private readonly Chaos _chaos;
    private readonly List<Client> _clients;
    private readonly Arbiter _arbiter;
    private readonly int _silos;
    private readonly int _operations;
    private readonly Habit _habit;

    private SimulatedDay(int seed, Action<string>? story, Habit habit)
    {
        _world = new World(seed, Faults.None) { Story = story };
        _habit = habit;
        _chaos = new Chaos(_world);
        _silos = _world.Next(1, 4);
        _operations = _world.Next(20, 60);
        _clients = [.. Enumerable.Range(1_001, 4).Select(account => new Client(_world, account, habit))];
        _arbiter = new Arbiter(_world, _clients);
    }

    /// <summary>Runs one seed from beginning to end, on the calling thread.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="story">Is told what happens, line by line; null when nobody reads it.</param>
    /// <param name="habit">What the customers do again and again beside all else.</param>
    public static DayResult Run(int seed, Action<string>? story = null, Habit habit = Habit.None)
    {
        var simulation = new SimulatedDay(seed, story, habit);
        var done = simulation._world.Outside.Run(simulation.LiveAsync);
        var world = simulation._world;
        var ended = world.RunUntil(done, MostSteps);
        if (done.Exception is { } error)
            world.Find(error.ToString());
        else if (!ended && !world.IsBroken)
            world.Find("It never settles.");
        foreach (var silo in world.Silos.ToArray())
            silo.Kill("at the end");
        world.Database.Close();
        return new DayResult(
            seed, world.Findings, world.Steps, world.Trace, world.Database.Witness.Records, world.Database.Witness.Fills,
            world.Database.Witness.Voided, simulation._chaos.Kills, simulation._clients.Sum(c => c.Unknown),
            simulation._clients.Sum(c => c.Acknowledged.Count), world.Database.Witness.Margin.Steps, world.Database.Witness.Margin.Deficits, world.Database.Witness.Margin.Shared,
            world.Database.Witness.Settlement.SettledTrades, world.Database.Witness.Settlement.Fails, world.Database.Witness.Dividends.Paid, world.Database.Packs,
            world.Database.Witness.Trades.Changes, world.Database.Witness.Shorts.Frozen, world.Directory.Tally);
    }

    private async Task LiveAsync()
    {
        await _world.Database.History.InitializeAsync(CancellationToken.None);
        for (var i = 0; i < _silos; i++)
            _chaos.StartSilo();
        await OpenAsync(_world.Silos[0]);

        if (_world.Desk.IsOpen)
            await Task.Delay(s_awake, _world.Clock);
        var faults = (_world.Seed % 8) switch
        {
            0 => Faults.None,
            < 4 => Faults.Usual,
            _ => Faults.Drawn(_world),
        };
        _world.Faults = faults.Of(_habit);
        using var stop = new CancellationTokenSource();
        var moving = _world.Desk.MoveAsync(stop.Token);
        var passing = _world.Nights.PassAsync(stop.Token);
        var announcing = new Issuer(_world, _habit).AnnounceAsync(stop.Token);
        var changing = _arbiter.ChangeAsync(stop.Token);
        var striking = _world.Faults.Chaos ? _chaos.StrikeAsync(_silos, stop.Token) : Task.CompletedTask;
        await Task.WhenAll(_clients.Select(client => client.TradeAsync(_operations)));
        await stop.CancelAsync();
        await striking;
        await moving;
        await passing;
        await announcing;
        await changing;
        await ConvergeAsync();
    }

    private async Task OpenAsync(Silo silo)
    {
        await silo.Owner.Run(async () =>
        {
            foreach (var symbol in Market.Symbols)
                await silo.Grains.Catalog().List(EncodedInstrument.From(_world.Nights.Listing(symbol)));
            await _world.Desk.OpenAsync(silo);
        });
        foreach (var client in _clients)
        {
            // Little: many orders can only be paid by what another one has brought.
            await client.DepositAsync("cash", "USD", _world.Desk.Lends(client.Account) ? 5_000 : _world.Nights.IsOpen ? 15_000 : 60_000);
            foreach (var symbol in _world.Desk.Lends(client.Account) ? [] : Market.Symbols)
                await client.DepositAsync(symbol, symbol, _world.Nights.IsOpen ? 15 : 40);
        }
    }

    /// <summary>The faults stop: everything must settle, and be the same after all silos are started again.</summary>
    private async Task ConvergeAsync()
    {
        _world.Tell("the faults stop");
        _chaos.Heal();
        if (_world.Silos.Count == 0)
            _chaos.StartSilo();
        var settled = new TaskCompletionSource();
        var serving = _world.Desk.EndAsync(settled.Task);
        // While they are still awake: accounts that were told nothing have to find out by themselves.
        await Task.Delay(s_awake, _world.Clock);
        foreach (var client in _clients)
            await client.LookAsync();
        var bringing = _arbiter.EndAsync(settled.Task);
        await Task.Delay(_world.Desk.IsOpen ? s_settled + s_settled : s_settled, _world.Clock);
        if (_world.Nights.IsOpen)
        {
            // All that was due settles, whatever stands between the last trade and now: weekends, holidays.
            _world.Nights.Pass(20);
            await Task.Delay(_world.Desk.IsOpen ? s_settled + s_settled : s_settled, _world.Clock);
        }

        settled.SetResult();
        await serving;
        await bringing;
        await Task.Delay(s_awake, _world.Clock);
        var audit = new Audit(_world, _clients, _arbiter);
        await audit.LivingAsync(_world.Silos[0]);
        foreach (var silo in _world.Silos.ToArray())
            silo.Kill("to be started again");
        _chaos.StartSilo();
        await audit.LivingAsync(_world.Silos[0]);
        _world.Database.Witness.Folds.RequireSame();
        if (_world.Seed % 4 == 3)
            await RotAsync();
    }

    /// <summary>
    /// The last record of a book no longer has the bytes that were written: that book must not trade, unless a snapshot
    /// tells what the record would; the others must.
    /// </summary>
    private async Task RotAsync()
    {
        var rotten = _world.Pick(Market.Symbols);
        var stream = "book/" + rotten;
        var head = _world.Database.Witness.HeadOf(stream);
        var snapshots = _world.Database.Journal.SnapshotsAsync(stream, CancellationToken.None).ToBlockingEnumerable();
        var isTold = snapshots.Any(snapshot => snapshot.Sequence == head);
        _world.Tell($"record {head} of {rotten} rots");
        _world.Database.Journal.DamageRecord(stream, head);
        foreach (var silo in _world.Silos.ToArray())
            silo.Kill("to be started again");
        _world.MayHalt = rotten;
        var fresh = _chaos.StartSilo();
        await fresh.Owner.Run(async () =>
        {
            foreach (var symbol in Market.Symbols)
            {
                var state = await fresh.Grains.GetGrain<IOrderBookGrain>(Market.Listing(symbol).BookKey).State(symbol);
                if (state.IsHalted != (symbol == rotten && !isTold))
                    _world.Find($"{symbol} {(state.IsHalted ? "is halted" : "trades")} after the last record of {rotten} rotted");
            }
        });
    }
}
