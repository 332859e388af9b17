using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>
/// An operator who busts trades or corrects their prices, and records every response. It also brings in what accounts
/// lack afterwards, sometimes after trying to unfreeze them without it.
/// </summary>
internal sealed class Arbiter(World world, IReadOnlyList<Client> clients)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private readonly List<Task> _later = [];
    private readonly List<(string Symbol, TradePlace Place, long PriceTicks, long Sequence)> _acknowledged = [];
    private int _brought;

    /// <summary>
    /// True for a ninth of the seeds. Days pass in all of them, so that changes settle on another day than the trades.
    /// </summary>
    public bool IsOpen => world.Seed % 9 == 7;

    /// <summary>Changes trades until it is stopped.</summary>
    public async Task ChangeAsync(CancellationToken stop)
    {
        while (IsOpen && !stop.IsCancellationRequested)
        {
            await Task.Delay(world.Within(50_000, 900_000), world.Clock, CancellationToken.None);
            if (world.Chance(0.25))
                await VisitAsync(world.Pick(clients), world.Chance(0.5));
            else
                await ChangeOneAsync();
        }

        await Task.WhenAll(_later);
    }

    /// <summary>
    /// After the faults stop, checks that every account that lacks something is frozen, and brings it in.
    /// </summary>
    public async Task EndAsync(Task done)
    {
        while (IsOpen && !done.IsCompleted)
        {
            foreach (var client in clients)
                await VisitAsync(client, triesFirst: true);
            await Task.Delay(TimeSpan.FromSeconds(1), world.Clock);
        }
    }

    /// <summary>Checks that acknowledged changes are in force, and that no account still lacks anything.</summary>
    public void RequireSettled()
    {
        foreach (var (symbol, place, price, sequence) in _acknowledged)
        {
            if (world.Database.Witness.Trades.Of(symbol, place)?.AsOf(sequence).PriceTicks != price)
                world.Find($"{symbol} {place} was acknowledged to be at {price} at {sequence} and is not");
        }

        foreach (var account in world.Database.Witness.Shorts.Waiting)
            world.Find($"account {account} has frozen itself, and nobody has let it go");
    }

    private async Task ChangeOneAsync()
    {
        if (PickTrade() is not var (symbol, place))
            return;

        var price = PickPrice();
        var twin = world.Chance(0.1) ? TryAsync(symbol, place, price) : null;
        if (world.Chance(0.1))
            _later.Add(AgainLaterAsync(symbol, place, price));
        for (var attempt = world.Next(1, 4); attempt > 0; attempt--)
        {
            if (await TryAsync(symbol, place, price))
                break;
        }

        if (twin is not null)
            await twin;
    }

    private (string Symbol, TradePlace Place)? PickTrade()
    {
        var trades = world.Database.Witness.Trades;
        if (trades.All.Count == 0)
            return null;

        var chance = world.Next(20);
        var trade = chance < 14 ? trades.All[^(1 + world.Next(Math.Min(trades.All.Count, 12)))]
            : chance < 17 && trades.Changed.Count > 0 ? trades.Changed.ElementAt(world.Next(trades.Changed.Count))
            : trades.All[world.Next(trades.All.Count)];
        var place = chance < 18 ? trade.Place
            : chance == 18 ? trade.Place with { Index = trade.Place.Index + world.Next(-1, 3) }
            : trade.Place with { Sequence = trade.Place.Sequence + world.Next(-2, 30) };
        return (trade.Symbol, place);
    }

    private long PickPrice() => world.Next(20) switch
    {
        < 9 => 0,
        < 14 => world.Middle + world.Next(-30, 31),
        // An amount that hardly anybody has, or less.
        < 19 => world.Middle * world.Next(20, 1_000) / 100,
        _ => world.Chance(0.5) ? -1 : long.MaxValue,
    };

    private async Task AgainLaterAsync(string symbol, TradePlace place, long price)
    {
        await Task.Delay(world.Within(50_000, 12_000_000), world.Clock);
        await TryAsync(symbol, place, price);
    }

    /// <summary>Requests a change once. Returns true if the response is final.</summary>
    private async Task<bool> TryAsync(string symbol, TradePlace place, long price)
    {
        var wasThere = world.Database.Witness.Trades.Of(symbol, place) is not null;
        var head = world.Database.Witness.HeadOf("book/" + symbol);
        var answer =
            await AskAsync<TradeChanged?>(async silo => await silo.Operations.ChangeTradeAsync(symbol, place, price));
        if (answer is not { } changed)
            return false;

        var trade = world.Database.Witness.Trades.Of(symbol, place);
        switch (changed.Reason)
        {
            case RejectReason.None:
                TakeAcknowledged(symbol, place, price, head, trade, changed);
                return true;
            case RejectReason.UnknownTrade:
                // The trade may have become durable since the request.
                if (trade is { IsVoid: false } && wasThere)
                    world.Find(
                        $"{symbol} {place} is at {trade.Now}, and to change it to {price} was refused: {changed}");
                return true;
            case RejectReason.InvalidPrice:
                if (price is >= 0 and < 1_000_000)
                    world.Find($"{symbol} {place}: {price} was refused: {changed}");
                return true;
            case RejectReason.OutcomeUnknown or RejectReason.Overloaded or RejectReason.SymbolUnavailable
                or RejectReason.UnknownSymbol:
                return false;
            default:
                world.Find($"{symbol} {place}: {price} was refused for a reason that there is not: {changed}");
                return true;
        }
    }

    private void TakeAcknowledged(
        string symbol, TradePlace place, long price, long head, WitnessedFill? trade, in TradeChanged changed)
    {
        var now = trade?.AsOf(changed.Sequence) ?? default;
        if (trade is null || changed.Sequence > world.Database.Witness.HeadOf("book/" + symbol)
            || (now.PriceTicks, now.PriceTicks) != (changed.PriceTicks, price) || !trade.WasAt(price, head))
        {
            world.Find($"{symbol} {place} was acknowledged to be at {price}: {changed}; it is {now}");
            return;
        }

        var fees = trade.Side == Side.Buy ? (now.TakerFee, now.MakerFee) : (now.MakerFee, now.TakerFee);
        var told = changed.Trade;
        if ((changed.BuyerFee, changed.SellerFee) != fees
            || (told.TakerSide, told.Taker.Account, told.Maker.Account, told.QuantityLots)
                != (trade.Side, trade.Taker, trade.Maker, trade.Lots)
            || (told.PriceTicks, told.Taker.Fee, told.Maker.Fee)
                != (trade.Made.PriceTicks, trade.Made.TakerFee, trade.Made.MakerFee))
            world.Find($"{symbol} {place} was {trade.Made} and is {now}, it was told as {changed}");
        _acknowledged.Add((symbol, place, price, changed.Sequence));
    }

    /// <summary>Reads an account, and brings in what it lacks.</summary>
    private async Task VisitAsync(Client client, bool triesFirst)
    {
        var account = client.Account;
        var since = world.Database.Witness.Shorts.Since(account);
        var view = await AskAsync(async silo =>
        {
            await silo.Grains.Account(account).CatchUp();
            return await silo.Accounts.ViewAsync(account);
        });
        if (view is null || world.Desk.Lends(account))
            return;

        var lacking = view.Balances.Where(balance => balance.Available < 0).ToArray();
        if (lacking.Length > 0)
        {
            world.Database.Witness.Shorts.Knows(view, since);
            // During faults there may be no room for its record for a moment.
            if (world.Faults == Faults.None && (!view.IsFrozen || !world.Database.Witness.Freezes.IsFrozen(account)))
                world.Find($"account {account} lacks {string.Join(' ', lacking)} and is not frozen");
        }

        if (lacking.Length > 0 && triesFirst)
            await UnfreezeAsync(account);
        foreach (var balance in lacking)
            await client.DepositAsync(
                $"lack-{++_brought}", balance.Asset,
                triesFirst && balance.Available < -1 ? -balance.Available - 1 : -balance.Available);
        if (lacking.Length > 0 || world.Database.Witness.Shorts.Waiting.Contains(account))
            await UnfreezeAsync(account);
    }

    private async Task UnfreezeAsync(long account)
    {
        var reason = await AskAsync<RejectReason?>(
            async silo => await silo.Freezes.UnfreezeAsync(account, "arbiter", ""));
        if (reason is not (null or RejectReason.None or RejectReason.InsufficientFunds or RejectReason.OutcomeUnknown
            or RejectReason.Overloaded))
            world.Find($"account {account} can't be let go: {reason}");
    }

    private async Task<T?> AskAsync<T>(Func<Silo, Task<T>> ask)
    {
        if (world.Silos.Count == 0)
            return default;

        var silo = world.Pick(world.Silos);
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
}
