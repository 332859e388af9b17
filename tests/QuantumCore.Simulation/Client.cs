using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// A customer who trades at random and retries requests without a response under the same client order id. It records
/// every response that an exchange must honour.
/// </summary>
internal sealed partial class Client(World world, long account, Habit habit)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_memory = TimeSpan.FromSeconds(4);
    private readonly List<ExecutionReport> _mine = [];
    private readonly double _strategies = world.Pick<double>([0, 0.03, 0.3]);
    private int _names;

    public long Account => account;

    /// <summary>First report of each acknowledged order, by client order id.</summary>
    public Dictionary<string, ExecutionReport> Acknowledged { get; } = new(StringComparer.Ordinal);

    /// <summary>Client order ids with a final rejection.</summary>
    public Dictionary<string, RejectReason> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Orders reported as cancelled, or found done, with their filled lots at that time.</summary>
    public List<(string Symbol, long OrderId, long Filled)> Cancelled { get; } = [];

    /// <summary>Public ids of orders acknowledged before the start of an answered mass cancel.</summary>
    public HashSet<(string Symbol, long OrderId)> MassCancelled { get; } = [];

    /// <summary>Acknowledged deposits and those of unknown outcome, by key.</summary>
    public Dictionary<string, DepositRequest> Deposits { get; } = new(StringComparer.Ordinal);

    /// <summary>Number of requests without a response.</summary>
    public int Unknown { get; private set; }

    public int Operations { get; private set; }

    /// <summary>Deposits money or units, until the deposit is confirmed.</summary>
    public async Task DepositAsync(string key, string asset, long amount)
    {
        var request = new DepositRequest(key, asset, amount);
        for (var attempt = 0; attempt < 40; attempt++)
        {
            var result = await AskAsync(async silo =>
                await silo.Grains.Account(account).Deposit(request));
            if (result is not { Reason: RejectReason.None })
                continue;

            if (world.Database.Witness.Named(account, "deposit " + key) is null)
                world.Find($"account {account}: deposit {key} was acknowledged and is not durable");
            Deposits[key] = request;
            return;
        }
    }

    public async Task TradeAsync(int operations)
    {
        for (var i = 0; i < operations && !world.IsBroken; i++)
        {
            Operations++;
            await OneAsync();
            // Mark prices change every second, and days pass. Customers who depend on them need time.
            if (world.Desk.IsOpen || world.Nights.IsOpen)
                await Task.Delay(world.Within(10_000, 600_000), world.Clock);
            else if (world.Chance(0.3))
                await Task.Delay(world.Within(100, 60_000), world.Clock);
        }
    }

    private double Indulgence => habit switch
    {
        Habit.None => 0,
        // Each takes seconds.
        Habit.Watches => 0.15,
        _ => 0.4,
    };

    private Task OneAsync() => world.Chance(_strategies)
        ? PlaceStrategyAsync()
        : world.Chance(Indulgence) ? IndulgeAsync() : world.Next(100) switch
        {
            < 55 => PlaceAsync(),
            < 60 => PlaceBatchAsync(),
            < 72 => CancelAsync(),
            < 77 => CancelByNameAsync(),
            < 85 => AmendAsync(),
            < 87 => CancelAllAsync(),
            < 93 => PlaceListAsync(),
            < 94 => DepositAsync($"more-{++_names}", "USD", world.Next(1, 100_000)),
            < 96 => TransferAsync(),
            < 98 => WithdrawAsync(),
            98 => world.Chance(0.5) ? FreezeAsync() : world.Chance(0.7) ? LimitAsync() : SetFeesAsync(),
            _ => LookAsync(),
        };

    private Task IndulgeAsync() => habit switch
    {
        Habit.MovesMoney => world.Chance(0.5) ? TransferAsync() : WithdrawAsync(),
        Habit.GivesAll => GiveAllAsync(),
        Habit.Watches => WatchAsync(),
        Habit.Amends => AmendAsync(),
        Habit.TradesStrategies => PlaceStrategyAsync(),
        Habit.IsLimited => world.Chance(0.3) ? LimitAsync() : AmendAsync(),
        _ => CancelAllAsync(),
    };

    private async Task PlaceAsync()
    {
        var order = world.Desk.Order(account, NextName());
        await InsistAsync(order.ClientOrderId, async silo => [await silo.Orders.PlaceAsync(account, order)]);
    }

    private async Task PlaceBatchAsync()
    {
        ImmutableArray<HoldRequest> orders =
            [.. Enumerable.Range(0, world.Next(2, 6)).Select(_ => world.Desk.Order(account, NextName()))];
        await InsistAsync(orders[0].ClientOrderId, async silo => await silo.Orders.PlaceBatchAsync(account, orders));
    }

    private async Task PlaceListAsync()
    {
        var (kind, orders) = Market.List(world, NextName);
        await InsistAsync(orders[0].ClientOrderId, async silo =>
        {
            var (refusal, reports) = await silo.LinkedOrders.PlaceListAsync(account, kind, orders);
            return Told(refusal, reports, orders[0]);
        });
    }

    private async Task PlaceStrategyAsync()
    {
        var legs = Market.Strategy(world, NextName);
        await InsistAsync(legs[0].ClientOrderId, async silo =>
        {
            var (refusal, reports) = await silo.LinkedOrders.PlaceStrategyAsync(account, legs);
            return Told(refusal, reports, legs[0]);
        });
    }

    private ImmutableArray<ExecutionReport> Told(
        Refusal? refusal, ImmutableArray<ExecutionReport> reports, HoldRequest first) =>
        refusal is { } refused
            ? [ExecutionReport.Refused(first, account, refused.Reason, refused.Field, refused.Limit)]
            : reports;

    /// <summary>Retries a request under its client order ids until all of it has responses or patience ends.</summary>
    private async Task InsistAsync(string name, Func<Silo, Task<ImmutableArray<ExecutionReport>>> place)
    {
        var attempts = world.Next(1, 6);
        for (var attempt = 0; attempt < attempts; attempt++)
        {
            // Twice at once, like a webhook delivered twice; or once more long after it was forgotten.
            var twin = world.Chance(0.05) ? AskAsync(place) : null;
            if (world.Chance(0.08))
                _ = AgainLaterAsync(place);
            var reports = await AskAsync(place);
            Take(reports);
            if (twin is not null)
                Take(await twin);
            if (!reports.IsDefault && reports.All(report => IsFinal(report.Reason)))
                return;
        }

        Unknown++;
        world.Tell($"account {account}: {name} stays unknown");
    }

    private async Task AgainLaterAsync(Func<Silo, Task<ImmutableArray<ExecutionReport>>> place)
    {
        await Task.Delay(world.Within(50_000, 12_000_000), world.Clock);
        Take(await AskAsync(place));
    }

    /// <summary>Records a response that an exchange must honour, and compares it with earlier ones.</summary>
    private void Take(ImmutableArray<ExecutionReport> reports)
    {
        if (reports.IsDefault)
            return;

        foreach (var report in reports.Where(report => report.ClientOrderId.Length > 0))
        {
            if (report.Reason == RejectReason.None)
                TakeAcknowledged(report);
            else if (IsFinal(report.Reason))
                TakeRefused(report);
        }
    }

    private void TakeAcknowledged(ExecutionReport report)
    {
        if (world.Database.Witness.HeadOf("book/" + report.Symbol) < report.Sequence)
            world.Find(
                $"{report.Symbol}: {report.ClientOrderId} was acknowledged at {report.Sequence}, which is not durable");
        if (world.Database.Witness.Order(account, report.Number)
            is not { State: not (WitnessedState.Held or WitnessedState.Voided) } order
            || order.OrderId != report.OrderId)
            world.Find($"{report.Symbol}: {report.ClientOrderId} was acknowledged and is not in the durable book");
        if (Acknowledged.TryGetValue(report.ClientOrderId, out var first)
            && (first.OrderId, first.Sequence, first.Symbol) != (report.OrderId, report.Sequence, report.Symbol))
            world.Find($"account {account}: {report.ClientOrderId} is order {first.OrderId} and then {report.OrderId}");
        if (Refused.TryGetValue(report.ClientOrderId, out var reason))
            world.Find($"account {account}: {report.ClientOrderId} was refused ({reason}) and then accepted");
        if (Acknowledged.TryAdd(report.ClientOrderId, report))
            _mine.Add(report);
    }

    private void TakeRefused(ExecutionReport report)
    {
        if (Acknowledged.ContainsKey(report.ClientOrderId))
            world.Find($"account {account}: {report.ClientOrderId} was accepted and then refused ({report.Reason})");
        Refused[report.ClientOrderId] = report.Reason;
    }

    private async Task CancelAsync()
    {
        if (_mine.Count == 0)
            return;

        var order = _mine[^(1 + world.Next(Math.Min(_mine.Count, 12)))];
        var orderId = world.Chance(0.03) ? order.OrderId + 1_000_000 : order.OrderId;
        var report = await AskAsync(async silo => await silo.CancelReplace.CancelAsync(account, order.Symbol, orderId));
        if (report is { Reason: RejectReason.UnknownOrder } && orderId == order.OrderId)
            world.Find($"{order.Symbol}: order {orderId} was acknowledged and is then unknown");
        TakeCancelled(report);
    }

    private async Task CancelByNameAsync()
    {
        // Sometimes for an order in flight, or never sent.
        var name = world.Chance(0.5) || _mine.Count == 0 ? NextName() : world.Pick(_mine).ClientOrderId;
        var racing = world.Chance(0.5) && !Acknowledged.ContainsKey(name);
        var placing = racing
            ? AskAsync(
                async silo => ImmutableArray.Create(
                    await silo.Orders.PlaceAsync(account, world.Desk.Order(account, name))))
            : null;
        var report = await AskAsync(async silo => await silo.CancelReplace.CancelByClientOrderIdAsync(account, name));
        if (placing is not null)
            Take(await placing);
        if (report is { Reason: RejectReason.UnknownOrder } && Acknowledged.ContainsKey(name))
            world.Find($"account {account}: {name} was acknowledged and is then unknown");
        else if (report is { Reason: RejectReason.UnknownOrder }
            or { OrderId: 0, Reason: RejectReason.None or RejectReason.Voided })
            Refused.TryAdd(name, RejectReason.KeyCancelled);
        TakeCancelled(report);
    }

    private void TakeCancelled(ExecutionReport? report)
    {
        if (report is { Reason: RejectReason.None, OrderId: > 0, Status: OrderStatus.Cancelled or OrderStatus.Filled })
            Cancelled.Add((report.Symbol, report.OrderId, report.FilledLots));
    }

    private async Task AmendAsync()
    {
        if (_mine.Count == 0)
            return;

        var order = _mine[^(1 + world.Next(Math.Min(_mine.Count, 8)))];
        var name = NextName();
        var price = world.Chance(0.5) ? Market.Price(world, order.Symbol) : 0;
        var total = world.Next(1L, 12);
        for (var attempt = world.Next(1, 4); attempt > 0; attempt--)
        {
            var report = await AskAsync(async silo =>
                await silo.CancelReplace.AmendAsync(account, order.Symbol, order.OrderId, name, price, total));
            if (report is not null && report.Reason == RejectReason.None && report.ClientOrderId == name)
                Take([report]);
            if (report is not null && IsFinal(report.Reason))
                return;
        }
    }

    private async Task CancelAllAsync()
    {
        var before = _mine.Select(order => (order.Symbol, order.OrderId)).ToArray();
        var symbol = world.Chance(0.5) ? world.Pick(Market.Symbols) : null;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            // Nothing to compare with: a missing response is null, and so is the reason of a default one.
            var result = await AskAsync<MassCancel?>(
                async silo => await silo.MassCancellation.CancelAllAsync(account, symbol, null));
            if (result is not { Reason: RejectReason.None })
                continue;

            MassCancelled.UnionWith(before.Where(order => symbol is null || order.Symbol == symbol));
            return;
        }
    }

    /// <summary>
    /// Only reads for some seconds: without a write of its own, a stale activation does not notice that it is stale.
    /// </summary>
    private async Task WatchAsync()
    {
        for (var i = world.Next(8, 20); i > 0 && !world.IsBroken; i--)
        {
            if (await LookAsync() is { Margin.State: MarginState.Liquidating } && world.Chance(0.5))
                await SaveAsync();
            await Task.Delay(world.Within(100_000, 600_000), world.Clock);
        }
    }

    /// <summary>
    /// Returns the account view; null without a response. Reads must never go back behind earlier ones.
    /// </summary>
    public async Task<AccountView?> LookAsync()
    {
        var asked = world.Now;
        var stream = "acct/" + account;
        var view = await AskAsync(async silo => await silo.Accounts.ViewAsync(account));
        if (view is null)
            return null;

        // An activation that lost its stream may not know it yet, nor may an account know the results of its orders,
        // for twice the polling interval.
        var remembered = asked - s_memory.Ticks;
        if (world.LastTrouble < remembered)
        {
            if (view.Sequence < world.Database.Witness.HeadAt(stream, remembered))
                world.Find(
                    $"account {account} is shown at {view.Sequence}; {s_memory.TotalSeconds} s ago it was further");
            foreach (var order in view.OpenOrders)
            {
                if (world.Database.Witness.Order(account, order.Number) is
                    { State: not (WitnessedState.Held or WitnessedState.Open) } done && done.ChangedAt < remembered)
                    world.Find(
                        $"account {account} is shown {order.Symbol} {order.Number} as open; it was {done.State} long before");
            }
        }

        if (view.Margin is { IsStale: false } figures
            && WitnessedNeeds.Wrong(view, figures, world.Desk.CreditPpm) is { } wrong)
            world.Find($"account {account} {wrong}");
        foreach (var balance in view.Balances)
        {
            if (balance.Held < 0
                || (balance.Available < -world.Database.Witness.Shorts.TakenBack(account, balance.Asset)
                    && !world.Desk.Lends(account)))
                world.Find($"account {account} is shown {balance}");
        }

        return view;
    }

    /// <summary>Sends a request to some silo. Returns null without a response in time.</summary>
    private async Task<T?> AskAsync<T>(Func<Silo, Task<T>> ask)
    {
        var alive = world.Silos;
        if (alive.Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(300), world.Clock);
            return default;
        }

        // Clients mostly stay with a silo as long as it lives.
        var silo = alive[(int)((account + (world.Chance(0.2) ? world.Next(alive.Count) : 0)) % alive.Count)];
        try
        {
            if (world.Chance(world.Faults.CallLost))
                throw new TimeoutException();
            var answer = await silo.Owner.Run(() => ask(silo)).WaitAsync(s_patience, world.Clock);
            return world.Chance(world.Faults.AnswerLost) ? default : answer;
        }
        catch (Exception)
        {
            return default;
        }
    }

    private string NextName() => $"{account}-{++_names}";

    /// <summary>Returns true if a request under the same client order id always gets the same response.</summary>
    private static bool IsFinal(RejectReason reason) =>
        reason is not (RejectReason.OutcomeUnknown or RejectReason.Overloaded or RejectReason.SymbolUnavailable
            or RejectReason.NoReference or RejectReason.UnknownSymbol or RejectReason.KeyConflict);
}
