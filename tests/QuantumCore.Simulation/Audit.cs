using QuantumCore.Clearing;
using QuantumCore.History;

namespace QuantumCore.Simulation;

/// <summary>
/// Checks after the faults have stopped and everything has settled. The state must be what was acknowledged, and the
/// live grains must match the journal.
/// </summary>
internal sealed class Audit(World world, IReadOnlyList<Client> clients, Arbiter arbiter)
{
    private readonly Dictionary<string, string> _seen = new(StringComparer.Ordinal);

    /// <summary>Compares the live exchange with the witness and the history.</summary>
    public async Task LivingAsync(Silo silo)
    {
        await silo.Owner.Run(async () =>
        {
            await silo.Grains.Ledger().CatchUp();
            foreach (var client in clients)
                await CompareAccountAsync(silo, client);
            foreach (var symbol in Market.Symbols)
                await CompareBookAsync(silo, symbol);
        });
        _seen["all"] = "";
        await CheckHistoryAsync(silo.Clock);
        if (arbiter.IsOpen)
            await CheckTradesAsync();
        CheckDiaries();
        world.Database.Witness.Movements.RequireSettled();
        world.Database.Witness.Margin.RequireSettled();
        world.Database.Witness.Settlement.RequireSettled();
        world.Database.Witness.Dividends.RequireSettled();
        arbiter.RequireSettled();
    }

    private async Task CompareAccountAsync(Silo silo, Client client)
    {
        var grain = silo.Grains.Account(client.Account);
        await grain.CatchUp();
        var view = await grain.View([]);
        var open = string.Join(
            ' ', view.OpenOrders.Select(o => $"{o.Symbol}/{o.Number}/{o.QuantityLots}/{o.FilledLots}/{o.Held}"));
        Same($"account {client.Account}", string.Join(' ', view.Balances) + " | " + open);
        if (view.IsFrozen != world.Database.Witness.Freezes.IsFrozen(client.Account))
            world.Find($"account {client.Account} is frozen: {view.IsFrozen}, its records say otherwise");
        foreach (var balance in view.Balances.Where(
            b => b.Held < 0 || (b.Available < 0 && !world.Desk.Lends(client.Account))))
            world.Find($"account {client.Account} has {balance}");
        foreach (var balance in view.Balances.Where(
            b => b.Pending != world.Database.Witness.Settlement.PendingOf(client.Account, b.Asset)))
            world.Find(
                $"account {client.Account} has {balance}, its trades come to "
                    + $"{world.Database.Witness.Settlement.PendingOf(client.Account, balance.Asset)} pending");
        // Only for silos with some uptime: a new one has no mark prices yet.
        if (view.Margin is { IsStale: false } margin && !_seen.ContainsKey("all") && margin.Equity < margin.Maintenance
            && margin.State != MarginState.Called)
            world.Find($"account {client.Account} is {margin.State} with {margin}");
        if (view.Margin is { } figures && WitnessedNeeds.Wrong(view, figures, world.Desk.CreditPpm) is { } wrong)
            world.Find($"account {client.Account} {wrong}");
        if (arbiter.IsOpen)
            await CompareVolumeAsync(grain, client.Account);
        foreach (var order in view.OpenOrders)
        {
            if (world.Database.Witness.Order(client.Account, order.Number) is not { State: WitnessedState.Open } seen
                || seen.Filled != order.FilledLots)
                world.Find(
                    $"account {client.Account} holds cover for {order.Symbol} {order.Number}, which is not open");
            if (order.Number <= world.Database.Witness.Freezes.KilledUpTo(client.Account))
                world.Find($"account {client.Account} is killed, and {order.Symbol} {order.Number} is open");
        }

        var rows = await BalancesAsync(client.Account);
        var told = view.Balances.Where(b => b.Total != 0 || b.Held != 0 || b.Pending != 0)
            .Select(b => (b.Asset, b.Total, b.Held, b.Pending)).Order().ToArray();
        if (!rows.SequenceEqual(told))
            world.Find(
                $"account {client.Account}: the history has {string.Join(' ', rows)}, the account {string.Join(' ', told)}");
    }

    private async Task<(string, long, long, long)[]> BalancesAsync(long account) =>
        await world.Database.History.Database.ReadAsync(
        "SELECT asset, total, reserved, pending FROM balance WHERE account = @account AND (total <> 0 OR reserved <> 0 OR pending <> 0)",
        [("@account", account)],
        static async (reader, token) =>
        {
            var rows = new List<(string, long, long, long)>();
            while (await reader.ReadAsync(token))
                rows.Add((reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3)));
            return rows.Order().ToArray();
        },
        CancellationToken.None);

    /// <summary>
    /// Checks an account's fee volume: a trade counts on its day, at its current value; a busted one does not.
    /// </summary>
    private async Task CompareVolumeAsync(IAccountGrain grain, long account)
    {
        var today = world.Nights.Today;
        var told = (await grain.VolumesBefore(today)).Where(volume => volume.Asset == "USD")
            .Sum(volume => (long)volume.Volume);
        if (told != world.Database.Witness.Trades.VolumeOf(account, today - 30, today))
            world.Find(
                $"account {account} has traded {told} before {today}, its trades come to {world.Database.Witness.Trades.VolumeOf(account, today - 30, today)}");
    }

    /// <summary>Checks that the history has exactly the trade changes of the books' records.</summary>
    private async Task CheckTradesAsync()
    {
        var told = await world.Database.History.Database.ReadAsync(
            "SELECT symbol, seq, idx, px, taker_fee, maker_fee FROM trade_now t WHERE px <> traded_px OR EXISTS (SELECT 1 FROM trade_change c "
            + "WHERE c.symbol = t.symbol AND c.trade_seq = t.seq AND c.trade_idx = t.idx)",
            [],
            static async (reader, token) =>
            {
                var rows = new List<(string, long, long, long, long, long)>();
                while (await reader.ReadAsync(token))
                    rows.Add((reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3),
                        reader.GetInt64(4), reader.GetInt64(5)));
                return rows.Order().ToArray();
            },
            CancellationToken.None);
        var changed = world.Database.Witness.Trades.Changed
            .Select(
                trade => (trade.Symbol, trade.Place.Sequence, (long)trade.Place.Index, trade.Now.PriceTicks,
                    trade.Now.TakerFee, trade.Now.MakerFee)).Order();
        if (!told.SequenceEqual(changed))
            world.Find(
                $"changed trades are {string.Join(' ', told)} in the history, by the books {string.Join(' ', changed)}");
    }

    private async Task CompareBookAsync(Silo silo, string symbol)
    {
        var book = silo.Grains.GetGrain<IOrderBookGrain>(Market.Listing(symbol).BookKey);
        var state = await book.State(symbol);
        var hash = await book.StateHash(symbol);
        Same($"book {symbol}", $"{state.Sequence} {state.OpenOrders} {hash:x}");
        if (state.IsHalted || state.Sequence != world.Database.Witness.HeadOf("book/" + symbol))
            world.Find(
                $"{symbol} stands at {state.Sequence}, its journal at {world.Database.Witness.HeadOf("book/" + symbol)}");

        // Runs all of its commands again, without any snapshot. Each record is compared with the result of its command.
        var machine = new BookMachine(symbol);
        await foreach (var record in world.Database.Journal.ReadAsync(
            "book/" + symbol, 1, long.MaxValue, CancellationToken.None))
            machine.Replay(record.Sequence, record.Body.Span);
        if (machine.Core.StateHash != hash)
            world.Find($"{symbol}: the journal gives another book than the one that is alive");
    }

    /// <summary>Checks that a value equals the one from before the restart.</summary>
    private void Same(string what, string now)
    {
        if (_seen.TryGetValue(what, out var before) && before != now)
            world.Find($"{what} was {before} and is {now}");
        _seen[what] = now;
    }

    private async Task CheckHistoryAsync(TimeProvider clock)
    {
        var heads =
            (await world.Database.Journal.HeadsAsync("", CancellationToken.None)).ToDictionary(h =>
                h.Name, h => h.Head);
        var before = (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        foreach (var violation in await HistoryInvariants.CheckAsync(
            world.Database.History, before, heads, CancellationToken.None))
            world.Find($"{violation.Name}: {string.Join("; ", violation.Rows)}");

        var cursors = await world.Database.History.CursorsAsync(CancellationToken.None);
        foreach (var (stream, head) in heads.Where(h => HistoryChunk.IsProjected(h.Key)))
        {
            if (cursors.GetValueOrDefault(stream) != head)
                world.Find(
                    $"the history of {stream} ends at {cursors.GetValueOrDefault(stream)}, its journal at {head}");
        }
    }

    private void CheckDiaries()
    {
        var witness = world.Database.Witness;
        foreach (var client in clients)
        {
            foreach (var (name, report) in client.Acknowledged)
            {
                if (witness.Order(client.Account, report.Number) is not { } order || order.ClientOrderId != name
                    || order.OrderId != report.OrderId)
                    world.Find(
                        $"account {client.Account}: {name} was acknowledged as order {report.OrderId} and is gone");
            }

            foreach (var (name, reason) in client.Refused)
            {
                if (witness.Named(client.Account, name) is ("order", var number)
                    && witness.Order(client.Account, number) is
                    { State: WitnessedState.Open or WitnessedState.Filled })
                    world.Find($"account {client.Account}: {name} was refused ({reason}) and executes");
            }

            CheckCancels(client, witness);
        }
    }

    private void CheckCancels(Client client, Witness witness)
    {
        var byId = client.Acknowledged.Values.DistinctBy(r => (r.Symbol, r.OrderId))
            .ToDictionary(r => (r.Symbol, r.OrderId), r => r.Number);
        foreach (var (symbol, orderId, filled) in client.Cancelled)
        {
            if (byId.TryGetValue((symbol, orderId), out var number)
                && witness.Order(client.Account, number) is { } order
                && (order.State is WitnessedState.Open || order.Filled != filled))
                world.Find(
                    $"{symbol}: order {orderId} was done with {filled} filled and is {order.State} with {order.Filled}");
        }

        foreach (var place in client.MassCancelled)
        {
            if (byId.TryGetValue(place, out var number)
                && witness.Order(client.Account, number) is { State: WitnessedState.Open })
                world.Find($"{place}: survived a mass cancel of account {client.Account}");
        }

        foreach (var asset in client.Deposits.Values.Select(d => d.Asset).Distinct())
        {
            var acknowledged = client.Deposits.Values.Where(d => d.Asset == asset).Sum(d => d.Amount);
            if (witness.PaidIn.GetValueOrDefault((client.Account, asset)) < acknowledged)
                world.Find($"account {client.Account}: {acknowledged} {asset} were acknowledged, fewer are there");
        }
    }
}
