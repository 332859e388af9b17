using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Signals;

/// <summary>Reads and writes signals and their strategies in wire format.</summary>
internal static class SignalReading
{
    private const int LongestKey = 64;
    private const int DefaultPercent = 100;
    private const long Million = 1_000_000;

    /// <summary>Returns true if a text is a valid signal key.</summary>
    public static bool IsKey(string? key) =>
        key is { Length: > 0 and <= LongestKey } && key.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;

    /// <summary>Reads a signal for 100 % of its quantity; its key is read already.</summary>
    public static async ValueTask<(Refusal? Refusal, Instrument? Instrument, SignalIntent Intent)> ReadAsync(
        Api.SignalBody text, SignalStrategy strategy, Listings listings, long nowNanos)
    {
        var intent = new SignalIntent(
            SignalNames.ClientOrderId(strategy.Name, text.Key!), text.Symbol ?? "", 0, strategy.Policy, 0,
            DefaultPercent, 0, 0, 0);
        if (text.Action is not ("buy" or "sell" or "flatten"))
            return (Refusal.NotOneOf("action", text.Action, "buy", "sell", "flatten"), null, intent);
        if (await listings.FindAsync(intent.Symbol) is not { } instrument)
            return (await listings.UnknownAsync(text.Symbol), null, intent);
        if (!strategy.Symbols.IsEmpty && !strategy.Symbols.Contains(instrument.Symbol))
            return (
                new Refusal(
                    RejectReason.Forbidden, "symbol", null,
                    $"symbol {instrument.Symbol} is not one that the strategy trades: "
                        + $"{string.Join(", ", strategy.Symbols)}"), null, intent);

        var action =
            text.Action == "buy" ? SignalAction.Buy : text.Action == "sell" ? SignalAction.Sell : SignalAction.Flatten;
        if ((text.Quantity is null) != (action == SignalAction.Flatten))
            return (new Refusal(
                RejectReason.InvalidCombination, "action,quantity", null,
                action == SignalAction.Flatten
                    ? RefusalText.Excluded("action", text.Action, "quantity", text.Quantity)
                    : $"quantity is missing; action '{text.Action}' needs one"), null, intent);

        var numbers = new NumberReading(instrument);
        var lots = numbers.Lots("quantity", text.Quantity) ?? 0;
        var limit = numbers.Price("price", text.Price) ?? 0;
        var refusal = numbers.Wrong
            ?? (lots > 0 ? OrderChecks.Quantity(instrument, lots, "quantity", text.Quantity) : null)
            ?? (limit > 0 ? OrderChecks.Price(instrument, limit, "price", text.Price) : null);
        if (ReadTime(text.Time, nowNanos) is not { } sent)
            return (
                refusal ?? Refusal.Not(
                    "time", text.Time, WireTime.Rule + ", or a whole number of milliseconds since 1970"), null, intent);

        return (refusal, instrument, intent with
        {
            Action = action,
            SaidLots = lots,
            LimitTicks = limit,
            IsTooOld = nowNanos - sent > strategy.MaxAgeSeconds * Million * 1_000,
        });
    }

    /// <summary>Reads a strategy; its secret comes from elsewhere.</summary>
    public static (Refusal? Refusal, SignalStrategy Strategy) Read(
        Api.SignalStrategyBody text, string name, long owner, SignalStrategy? known)
    {
        var targets = ImmutableArray.CreateBuilder<SignalTarget>();
        Refusal? refusal = SignalStrategy.IsName(name) ? null
            : Refusal.Not("name", name, $"1 to {SignalStrategy.LongestName} characters of a-z, 0-9 and -");
        foreach (var target in text.Accounts ?? [])
        {
            if (!AccountId.TryParse(target?.Account, out var account) || target!.Percent is < 1 or > 10_000)
                refusal ??= Refusal.Not(
                    "accounts", target?.Account,
                    $"an account such as ACC-1001, with a percent of 1 to 10000 or "
                        + $"without{(target?.Percent is { } percent ? $" (percent is {percent})" : "")}");
            else
                targets.Add(new SignalTarget(account.Value, target.Percent ?? DefaultPercent));
        }

        if (text.Accounts is not { Count: > 0 and <= SignalStrategy.MostTargets }
            || targets.DistinctBy(target => target.Account).Count() != targets.Count)
            refusal ??= new Refusal(
                RejectReason.BadRequest, "accounts", SignalStrategy.MostTargets.ToString(CultureInfo.InvariantCulture),
                $"accounts has {text.Accounts?.Count ?? 0} entries; a strategy has 1 to "
                    + $"{SignalStrategy.MostTargets} accounts, each once");
        var policy = EnumWords<SignalPolicy>.Find(text.Policy ?? "reverse");
        if (policy is null)
            refusal ??= Refusal.NotOneOf("policy", text.Policy, "skip", "add", "flatten", "reverse");
        if (text.Symbols?.Contains(null) == true)
            refusal ??= Refusal.Malformed("symbols", "A symbol in the list is null.");

        var strategy = new SignalStrategy(
            name,
            owner,
            known?.Secret ?? "",
            text.Passphrase,
            targets.ToImmutable(),
            [.. (text.Symbols ?? []).Select(symbol => symbol ?? "").Order(StringComparer.Ordinal)],
            policy ?? SignalPolicy.Skip,
            Ranged("mostInWindow", text.MostInWindow ?? 60, 10_000),
            Ranged("windowSeconds", text.WindowSeconds ?? 60, 3_600),
            Ranged("mostFailures", text.MostFailures ?? 5, 1_000),
            Ranged("pauseSeconds", text.PauseSeconds ?? 300, 86_400),
            Ranged("maxAgeSeconds", text.MaxAgeSeconds ?? 60, 86_400),
            text.Closed);
        return (refusal, strategy);

        int Ranged(string field, int value, int most)
        {
            if (value < 1 || value > most)
                refusal ??= Refusal.NotInRange(field, value.ToString(CultureInfo.InvariantCulture), 1, most);
            return value;
        }
    }

    /// <summary>Reads the time when a signal was sent. A signal without a time counts as sent now.</summary>
    private static long? ReadTime(string? text, long nowNanos) => text is null ? nowNanos
        : Call.Number(text, 0, long.MaxValue / Million) is { } millis ? millis * Million
        : WireTime.Read(text);
}
