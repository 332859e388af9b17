using QuantumCore.Contracts;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Simulation;

/// <summary>Transfers and withdrawals of a customer.</summary>
internal sealed partial class Client
{
    // Small amounts for customers who move money constantly, so that an account can spare them often.
    private const int MostAtOnce = 300;

    /// <summary>Acknowledged transfers, by key.</summary>
    public Dictionary<string,
        (TransferRequest Request, long Sequence)> Transfers
    { get; } = new(StringComparer.Ordinal);

    private Task<RejectReason> TransferAsync()
    {
        var asset = world.Chance(0.6) ? "USD" : world.Pick(Market.Symbols);
        var other = 1_001 + ((account - 1_001 + 1 + world.Next(3)) % 4);
        // Sometimes more than any account has.
        var amount = world.Chance(0.1)
            ? 100_000_000
            : asset == "USD" ? world.Next(1, habit == Habit.MovesMoney ? MostAtOnce : 20_000) : world.Next(1, 12);
        return GiveAsync(new TransferRequest(NextName(), other, asset, amount));
    }

    /// <summary>
    /// Transfers all of an asset that is available; if that is rejected, all that is settled. Open orders and batches
    /// may depend on it.
    /// </summary>
    private async Task GiveAllAsync()
    {
        var view = await AskAsync(async silo => await silo.Accounts.ViewAsync(account));
        var asset = world.Chance(0.6) ? "USD" : world.Pick(Market.Symbols);
        if (view?.Balances.FirstOrDefault(one => one.Asset == asset) is not { Available: > 0 } balance)
            return;

        var other = 1_001 + ((account - 1_001 + 1 + world.Next(3)) % 4);
        foreach (var amount in new[] { balance.Available,
            Math.Min(balance.Available, balance.Settled) }.Where(amount => amount > 0))
        {
            if (await GiveAsync(new TransferRequest(NextName(), other, asset, amount)) != RejectReason.UnsettledFunds)
                return;
        }
    }

    /// <summary>
    /// Deposits to end the account's liquidation, and tries to transfer some of it while the liquidation runs.
    /// </summary>
    private async Task SaveAsync()
    {
        await DepositAsync($"more-{++_names}", "USD", world.Next(5_000, 30_000));
        await GiveAsync(new TransferRequest(NextName(), 1_001, "USD", world.Next(1, MostAtOnce)));
    }

    private async Task<RejectReason> GiveAsync(TransferRequest request)
    {
        for (var attempt = world.Next(1, 5); attempt > 0; attempt--)
        {
            var twin =
                world.Chance(0.05) ? AskAsync(async silo => await silo.Money.TransferAsync(account, request)) : null;
            if (world.Chance(0.08))
                _ = AgainLaterAsync(request);
            var result = await AskAsync(async silo => await silo.Money.TransferAsync(account, request));
            Take(request, result);
            if (twin is not null)
                Take(request, await twin);
            if (result is not null && IsFinal(result.Reason))
                return result.Reason;
        }

        Unknown++;
        return RejectReason.OutcomeUnknown;
    }

    /// <summary>Acknowledged withdrawals, by key.</summary>
    public Dictionary<string,
        (WithdrawRequest Request, long Sequence)> Withdrawals
    { get; } = new(StringComparer.Ordinal);

    private async Task WithdrawAsync()
    {
        var asset = world.Chance(0.7) ? "USD" : world.Pick(Market.Symbols);
        var amount = world.Chance(0.1)
            ? 100_000_000
            : asset == "USD" ? world.Next(1, habit == Habit.MovesMoney ? MostAtOnce : 9_000) : world.Next(1, 6);
        var request = new WithdrawRequest(NextName(), asset, amount, "bank of " + account);
        var decimals = asset == "USD" ? 2 : 0;
        for (var attempt = world.Next(1, 5); attempt > 0; attempt--)
        {
            var twin = world.Chance(0.05)
                ? AskAsync(async silo => (await silo.Money.WithdrawAsync(account, request, decimals)).Result)
                : null;
            if (world.Chance(0.08))
                _ = AgainLaterAsync(request, decimals);
            var result = await AskAsync(
                async silo => (await silo.Money.WithdrawAsync(account, request, decimals)).Result);
            Take(request, result);
            if (twin is not null)
                Take(request, await twin);
            if (result is not null && IsFinal(result.Reason))
                return;
        }

        Unknown++;
    }

    /// <summary>Sets or removes an account's risk limits in a symbol, as an administrator.</summary>
    private async Task LimitAsync()
    {
        var limits = world.Chance(0.3)
            ? System.Collections.Immutable.ImmutableArray<AccountLimit>.Empty
            : world.Chance(0.5)
                ? [
                    new AccountLimit(LimitKind.OrderQuantity, world.Next(3, 12)),
                    new AccountLimit(LimitKind.OpenOrders, world.Next(2, 12))]
                : [
                    new(LimitKind.DuplicateWindow, world.Next(1, 60_000)),
                    new(LimitKind.OrdersPerSecond, world.Next(1, 3)), new(LimitKind.OrderBurst, world.Next(2, 5))];
        var request = new LimitsRequest(world.Pick(Market.Symbols), limits, "desk", "");
        var asked = world.Now;
        var isSet = await AskAsync(async silo =>
        {
            await silo.Grains.Account(account).SetLimits(request);
            return true;
        });
        if (isSet && !world.Database.Witness.Limits.Are(account, request, asked))
            world.Find($"account {account}: {request} was acknowledged and is not durable");
    }

    /// <summary>Sets the fee schedule, as an administrator: rebates, a minimum, or the instruments' own fees.</summary>
    private async Task SetFeesAsync()
    {
        var schedule = new FeeSchedule("USD", [], 0);
        if (world.Chance(0.8))
        {
            var minimum = world.Chance(0.3) ? world.Next(1, 5_000) : 0;
            var (maker, taker) = (minimum > 0 ? world.Next(500) : world.Next(1_200) - 700, 700 + world.Next(2_000));
            schedule = new FeeSchedule(
                "USD", [new FeeTier(0, maker, taker), new FeeTier(world.Next(1, 1_000_000), maker, 700)], minimum);
        }

        await AskAsync(async silo => await silo.Grains.Catalog().SetFees(new FeesRequest(schedule, "desk", "")) ?? "");
    }

    /// <summary>
    /// Freezes the account or triggers its kill switch, as an administrator, and unfreezes it after a while.
    /// </summary>
    private async Task FreezeAsync()
    {
        var before = _mine.Select(order => (order.Symbol, order.OrderId)).ToArray();
        var request = new FreezeRequest(world.Chance(0.6), "desk", "");
        var asked = world.Now;
        var report = await AskAsync<FreezeReport?>(async silo => await silo.Freezes.FreezeAsync(account, request));
        if (report is { Reason: RejectReason.None, IsOnRecord: true })
        {
            if (!world.Database.Witness.Freezes.IsFrozen(account)
                && !world.Database.Witness.Freezes.WasLetGoAfter(account, asked))
                world.Find($"account {account}: a freeze was acknowledged and is not durable");
            if (request.Closes)
                MassCancelled.UnionWith(before);
        }

        // Every request of the account is rejected meanwhile.
        for (var i = world.Next(5); i > 0; i--)
        {
            await (world.Next(6) switch
            {
                0 => TransferAsync(),
                1 => PlaceListAsync(),
                < 4 => AmendAsync(),
                _ => PlaceAsync(),
            });
        }

        for (var attempt = 0; attempt < 20; attempt++)
        {
            if (await AskAsync<RejectReason?>(
                async silo => await silo.Freezes.UnfreezeAsync(account, "desk", "")) == RejectReason.None)
                return;
        }
    }

    private async Task AgainLaterAsync(WithdrawRequest request, int decimals)
    {
        await Task.Delay(world.Within(50_000, 12_000_000), world.Clock);
        Take(
            request, await AskAsync(async silo => (await silo.Money.WithdrawAsync(account, request, decimals)).Result));
    }

    private async Task AgainLaterAsync(TransferRequest request)
    {
        await Task.Delay(world.Within(50_000, 12_000_000), world.Clock);
        Take(request, await AskAsync(async silo => await silo.Money.TransferAsync(account, request)));
    }

    private void Take(WithdrawRequest request, WithdrawResult? result)
    {
        if (result is not null && IsFinal(result.Reason))
            Take(
                "withdrawal", request.Key, request, Withdrawals, result.Reason, result.Sequence,
                world.Database.Witness.Movements.Withdrawal(account, result.Sequence) is { } durable
                    && durable.Key == request.Key
                && (durable.Asset, durable.Amount,
                    durable.Destination) == (request.Asset, request.Amount, request.Destination));
    }

    private void Take(TransferRequest request, TransferResult? result)
    {
        if (result is not null && IsFinal(result.Reason))
            Take(
                "transfer", request.Key, request, Transfers, result.Reason, result.Sequence,
                world.Database.Witness.Movements.Transfer(account, result.Sequence) is { } durable
                    && durable.Key == request.Key
                && (durable.To, durable.Asset, durable.Amount) == (request.To, request.Asset, request.Amount));
    }

    private void Take<TRequest>(
        string what, string key, TRequest request, Dictionary<string, (TRequest Request, long Sequence)> made,
        RejectReason reason, long sequence, bool isDurable)
    {
        if (reason != RejectReason.None)
        {
            if (made.ContainsKey(key))
                world.Find($"account {account}: {what} {key} was made and then refused ({reason})");
            Refused[key] = reason;
            return;
        }

        if (Refused.TryGetValue(key, out var refused))
            world.Find($"account {account}: {what} {key} was refused ({refused}) and then made");
        if (!isDurable)
            world.Find($"account {account}: {what} {key} was acknowledged as {sequence}, which is not durable");
        if (made.TryGetValue(key, out var first) && first.Sequence != sequence)
            world.Find($"account {account}: {what} {key} is {first.Sequence} and then {sequence}");
        made[key] = (request, sequence);
    }
}
