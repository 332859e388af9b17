using QuantumCore.Contracts;

namespace QuantumCore.Simulation;

/// <summary>Result of a simulation.</summary>
/// <param name="Seed">Seed. The same seed gives the same history.</param>
/// <param name="Findings">Issues found; empty if there are none.</param>
/// <param name="Steps">Number of turns, messages, commits and timers.</param>
/// <param name="Trace">Hash of every random choice.</param>
/// <param name="Records">Number of records that became durable.</param>
/// <param name="Fills">Number of trades.</param>
/// <param name="Voided">Number of tombstones.</param>
/// <param name="Kills">Number of silos killed.</param>
/// <param name="Unknown">Number of requests without a response.</param>
/// <param name="Acknowledged">Number of acknowledged orders.</param>
/// <param name="Liquidated">Number of liquidation orders.</param>
/// <param name="Deficits">Number of deficits paid by insurance fund and house.</param>
/// <param name="Shared">Number of deficits of which other accounts paid a part.</param>
/// <param name="Settled">Number of trades settled in batches.</param>
/// <param name="Failing">Number of fails, counted in each record that has them.</param>
/// <param name="Dividends">Number of dividend parts paid on their day.</param>
/// <param name="Packs">Number of times that old journal frames were merged into one.</param>
/// <param name="Changes">Number of trades busted or corrected.</param>
/// <param name="Shorts">Number of accounts that froze themselves because they lacked what such a change took
/// back.</param>
/// <param name="Network">Network and directory faults.</param>
public sealed record DayResult(
    int Seed, IReadOnlyList<string> Findings, long Steps, ulong Trace, long Records, long Fills, long Voided, int Kills,
    int Unknown, int Acknowledged, long Liquidated, long Deficits, long Shared, long Settled, long Failing,
    long Dividends, long Packs,
    long Changes, long Shorts, NetworkTally Network);

/// <summary>
/// Runs one seed: an exchange of some silos lives through a day of faults, and must recover completely.
/// </summary>
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
        _world.HoldsAhead = _silos == 1 || HoldsAheadIn(seed);
        _operations = _world.Next(20, 60);
        _clients = [.. Enumerable.Range(1_001, 4).Select(account => new Client(_world, account, habit))];
        _arbiter = new Arbiter(_world, _clients);
    }

    /// <summary>Runs one seed from beginning to end, on the calling thread.</summary>
    /// <param name="seed">Seed that decides everything.</param>
    /// <param name="story">Called with each line of the story; null for none.</param>
    /// <param name="habit">Additional behaviour of the customers.</param>
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
            seed, world.Findings, world.Steps, world.Trace, world.Database.Witness.Records,
            world.Database.Witness.Fills,
            world.Database.Witness.Voided, simulation._chaos.Kills, simulation._clients.Sum(c => c.Unknown),
            simulation._clients.Sum(c => c.Acknowledged.Count), world.Database.Witness.Margin.Steps,
            world.Database.Witness.Margin.Deficits, world.Database.Witness.Margin.Shared,
            world.Database.Witness.Settlement.SettledTrades, world.Database.Witness.Settlement.Fails,
            world.Database.Witness.Dividends.Paid, world.Database.Packs,
            world.Database.Witness.Trades.Changes, world.Database.Witness.Shorts.Frozen, world.Directory.Tally);
    }

    /// <summary>Returns true if orders enter before their holds are durable, however many silos there are.</summary>
    internal static bool HoldsAheadIn(int seed) => seed % 5 == 3;

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
        _world.Tell("the faults begin");
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
            // A small deposit, so that many orders can only be paid by the proceeds of others.
            await client.DepositAsync(
                "cash", "USD", _world.Desk.Lends(client.Account) ? 5_000 : _world.Nights.IsOpen ? 15_000 : 60_000);
            foreach (var symbol in _world.Desk.Lends(client.Account) ? [] : Market.Symbols)
                await client.DepositAsync(symbol, symbol, _world.Nights.IsOpen ? 15 : 40);
        }
    }

    /// <summary>Stops the faults. Everything must settle, and be equal after a restart of all silos.</summary>
    private async Task ConvergeAsync()
    {
        _world.Tell("the faults stop");
        _chaos.Heal();
        if (_world.Silos.Count == 0)
            _chaos.StartSilo();
        var settled = new TaskCompletionSource();
        var serving = _world.Desk.EndAsync(settled.Task);
        // While they are still active: accounts that missed deliveries must find out by themselves.
        await Task.Delay(s_awake, _world.Clock);
        foreach (var client in _clients)
            await client.LookAsync();
        var bringing = _arbiter.EndAsync(settled.Task);
        await Task.Delay(_world.Desk.IsOpen ? s_settled + s_settled : s_settled, _world.Clock);
        if (_world.Nights.IsOpen)
        {
            // Lets everything due settle, with all weekends and holidays in between.
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
    /// Damages the last record of a book. That book must not trade, unless a snapshot covers the record; the others
    /// must.
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
                    _world.Find(
                        $"{symbol} {(state.IsHalted ? "is halted" : "trades")} after the last record of {rotten} rotted");
            }
        });
    }
}
