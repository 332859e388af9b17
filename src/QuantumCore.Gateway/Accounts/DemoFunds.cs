using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Accounts;

/// <summary>Amount of an asset that a call moved; negative if it was taken away.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Amount">Minor units.</param>
internal readonly record struct DemoAmount(Asset Asset, long Amount);

/// <summary>
/// Play money of a demo: starting balances, more of it, and the way back to the start. Everything is recorded as
/// ordinary deposits and transfers.
/// </summary>
public sealed class DemoFunds(
    IGrainFactory grains, Listings listings, MassCancellation massCancellation, AccountQueries accounts,
    MoneyEntry money, TimeProvider time, ILogger<DemoFunds> log)
{
    /// <summary>Account that receives what a reset takes away. Nobody trades with it.</summary>
    public const long Bank = 1009;

    private const long Cash = 100_000;
    private const long ManyUnits = 1_000;
    private const long FewUnits = 2;

    /// <summary>Price of a unit, in units of its quote asset, from which an account gets few units.</summary>
    private const long Dear = 10_000;

    /// <summary>
    /// Maximum number of mass cancellations of a reset. Orders that arrive meanwhile need another one.
    /// </summary>
    private const int MostCancellations = 3;

    private static readonly TimeSpan s_betweenFunds = TimeSpan.FromHours(1);

    private readonly GrainCalls _calls = new(log);

    /// <summary>
    /// Returns the assets of instruments, and true for those that others are paid in. Assets that were renamed are not
    /// included.
    /// </summary>
    public static IReadOnlyList<(Asset Asset, bool IsCash)> Assets(
        IReadOnlyList<Instrument> instruments, IReadOnlyCollection<CorporateActionView> nameChanges)
    {
        var gone = nameChanges.Select(change => change.UnitAsset).ToHashSet(StringComparer.Ordinal);
        var quotes = instruments.Select(instrument => instrument.Quote).Distinct().ToArray();
        var bases = instruments.Select(instrument => instrument.Base).Distinct().Except(quotes);
        return [
            .. quotes.Select(asset => (asset, true)),
            .. bases.Where(asset => !gone.Contains(asset.Name)).Select(asset => (asset, false))];
    }

    /// <summary>Returns the starting balance of each asset, in minor units.</summary>
    public static IReadOnlyList<(Asset Asset, long Amount)> Starting(
        IReadOnlyList<Instrument> instruments, IReadOnlyCollection<CorporateActionView> nameChanges) =>
        [.. Assets(instruments, nameChanges)
            .Select(
                one => (one.Asset,
                    AmountOf(one.Asset, one.IsCash ? Cash : IsDear(one.Asset, instruments) ? FewUnits : ManyUnits)))];

    /// <summary>Returns an amount in minor units, at most the largest value of an order.</summary>
    public static long AmountOf(Asset asset, long units) =>
        (long)Int128.Min((Int128)units * DecimalText.PowerOfTen(asset.Decimals), Instrument.NotionalLimit);

    /// <summary>
    /// Returns the symbol changes that are done or announced. Nothing is deposited under the old name.
    /// </summary>
    public async Task<CorporateActionView[]> NameChangesAsync() =>
        [.. (await grains.Catalog().CorporateActions()).Where(
            action => action.Request.Kind == CorporateActionKind.SymbolChange)];

    /// <summary>
    /// Deposits the starting balance of a new account. If that fails, the account is as good as any, and its user can
    /// add demo funds.
    /// </summary>
    internal async ValueTask StartAsync(long account) =>
        await _calls.AskAsync(
            "Start", account, async () => await DepositAsync(account, "demo-", await StartingAsync()));

    /// <summary>Returns the starting balance of each asset.</summary>
    internal async ValueTask<ImmutableArray<DemoAmount>> StartingAsync() =>
        [.. Starting(await listings.AllAsync(), await NameChangesAsync())
            .Select(one => new DemoAmount(one.Asset, one.Amount))];

    /// <summary>
    /// Deposits the starting balance of all assets or of one once more. The keys of the deposits name the hour, so that
    /// no gateway adds it twice an hour.
    /// </summary>
    internal async ValueTask<(Refusal? Refusal, ImmutableArray<DemoAmount> Added)> AddAsync(long account, string? asset)
    {
        ImmutableArray<DemoAmount> amounts =
            [.. (await StartingAsync()).Where(amount => asset is null || amount.Asset.Name == asset)];
        if (amounts.IsEmpty)
            return (Refusal.Malformed("asset", "A demo account starts with no such asset; GET demo/funds lists them."),
                []);

        var hour = time.GetUtcNow().ToUnixTimeSeconds() / (long)s_betweenFunds.TotalSeconds;
        var (refusal, added) =
            await DepositAsync(account, string.Create(CultureInfo.InvariantCulture, $"funds-{hour}-"), amounts);
        if (refusal is not null || added.Length > 0)
            return (refusal, added);

        var next = DateTimeOffset.FromUnixTimeSeconds((hour + 1) * (long)s_betweenFunds.TotalSeconds);
        var detail = string.Create(
            CultureInfo.InvariantCulture, $"Demo funds are added once an hour; the next are from {next:HH:mm} UTC on.");
        return (new Refusal(RejectReason.TooManyRequests, null, null, detail)
        {
            Title = "Demo funds were added in this hour already.",
        }, []);
    }

    /// <summary>Returns the time until demo funds may be added again.</summary>
    internal TimeSpan UntilNext() =>
        s_betweenFunds - TimeSpan.FromTicks(time.GetUtcNow().UtcTicks % s_betweenFunds.Ticks);

    /// <summary>
    /// Cancels all orders, and moves each balance to its starting size. Amounts that are not settled can't be taken
    /// away, and stay.
    /// </summary>
    internal async ValueTask<(Refusal? Refusal, int Cancelled, ImmutableArray<DemoAmount> Moved)> ResetAsync(
        long account)
    {
        var (refusal, cancelled, view) = await CancelAllAsync(account);
        if (refusal is not null)
            return (refusal, cancelled, []);

        // Deposits first: a margin account that is short can give money away only once it has its units back.
        var moved = ImmutableArray.CreateBuilder<DemoAmount>();
        var starting = (await StartingAsync()).Select(
            one => (one.Asset, one.Amount,
                Balance: view.Balances.FirstOrDefault(balance => balance.Asset == one.Asset.Name)));
        foreach (var (asset, amount, balance) in starting.OrderBy(static one => one.Balance.Total >= one.Amount))
        {
            // The sequence is that of a state that no earlier reset began with.
            var key = string.Create(CultureInfo.InvariantCulture, $"reset-{view.Sequence}-{asset.Name}");
            var surplus = Math.Min(balance.Total - amount, balance.Available - Math.Max(balance.Pending, 0));
            var reason = RejectReason.None;
            if (balance.Total < amount)
                reason = (await DepositAsync(account, key, asset, amount - balance.Total)).Reason;
            else if (surplus > 0)
                reason =
                    (await money.TransferAsync(account, new TransferRequest(key, Bank, asset.Name, surplus))).Reason;
            else
                continue;

            if (reason == RejectReason.None)
                moved.Add(new DemoAmount(asset, balance.Total < amount ? amount - balance.Total : -surplus));
            else if (reason != RejectReason.KeyConflict)
                refusal ??= new Refusal(reason, null, null, $"{asset.Name} is not back at its starting size.");
        }

        return (refusal, cancelled, moved.ToImmutable());
    }

    private static bool IsDear(Asset asset, IReadOnlyList<Instrument> instruments) =>
        instruments.FirstOrDefault(one => one.Base == asset) is { } instrument
        && (Int128)instrument.ReferencePriceTicks * instrument.TickSize
            >= Dear * (Int128)DecimalText.PowerOfTen(instrument.PriceDecimals);

    /// <summary>Deposits amounts under keys; returns those that were new.</summary>
    private async ValueTask<(Refusal? Refusal, ImmutableArray<DemoAmount> Added)> DepositAsync(
        long account, string keyPrefix, ImmutableArray<DemoAmount> amounts)
    {
        var before = (await accounts.ViewAsync(account)).Sequence;
        var added = ImmutableArray.CreateBuilder<DemoAmount>();
        Refusal? refusal = null;
        foreach (var (asset, amount) in amounts)
        {
            var result = await DepositAsync(account, keyPrefix + asset.Name, asset, amount);
            if (result.Reason == RejectReason.None && result.Sequence > before)
                added.Add(new DemoAmount(asset, amount));
            else if (result.Reason is not (RejectReason.None or RejectReason.KeyConflict))
                refusal ??= new Refusal(result.Reason, null, result.Limit, $"No {asset.Name} was added.");
        }

        return (refusal, added.ToImmutable());
    }

    private async ValueTask<DepositResult> DepositAsync(long account, string key, Asset asset, long amount)
    {
        var (failure, result, _) = await _calls.AskAsync(
            "Deposit", account, () => grains.Account(account).Deposit(new DepositRequest(key, asset.Name, amount)));
        return failure == RejectReason.None ? result : new DepositResult(failure, null, null, 0);
    }

    private async ValueTask<(Refusal? Refusal, int Cancelled, AccountView View)> CancelAllAsync(long account)
    {
        var cancelled = 0;
        var view = await accounts.ViewAsync(account);
        for (var i = 0; i < MostCancellations && !view.OpenOrders.IsEmpty; i++)
        {
            var all = await massCancellation.CancelAllAsync(account, symbol: null, side: null);
            if (all.Reason != RejectReason.None)
                return (new Refusal(all.Reason), cancelled, view);

            cancelled += all.Cancelled;
            view = await accounts.ViewAsync(account);
        }

        return view.OpenOrders.IsEmpty
            ? (null, cancelled, view)
            : (new Refusal(
                RejectReason.Overloaded, null, null,
                "New orders arrive during the reset. Stop what enters them, and try again."),
                cancelled, view);
    }
}
