using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>An account that follows a strategy's signals.</summary>
/// <param name="Account">The account's number.</param>
/// <param name="Percent">Its share of a signal's quantity in percent, 1 to 10,000; the lots are rounded down.</param>
[GenerateSerializer, Immutable, Alias("signal-target")]
public readonly record struct SignalTarget(long Account, int Percent);

/// <summary>A sender of external trading signals (webhooks) and the rules for them.</summary>
/// <param name="Name">Its name: 1 to 12 of a-z, 0-9 and -.</param>
/// <param name="Owner">The account whose holder made it and alone may change it; 0 for an administrator's.</param>
/// <param name="Secret">Sealed secret that signs its signals.</param>
/// <param name="TakesPassphrase">True if a signal may carry the secret itself, for tools that cannot sign.</param>
/// <param name="Targets">The accounts that follow it, 1 to 20.</param>
/// <param name="Symbols">Symbols it may trade; empty for all.</param>
/// <param name="Policy">Policy for existing positions.</param>
/// <param name="MostInWindow">Maximum number of new signals in a window, 1 to 10,000.</param>
/// <param name="WindowSeconds">Length of the sliding window, 1 to 3,600 seconds.</param>
/// <param name="MostFailures">Consecutive failures after which the strategy pauses, 1 to 1,000.</param>
/// <param name="PauseSeconds">Length of a pause, 1 to 86,400 seconds.</param>
/// <param name="MaxAgeSeconds">
/// Maximum age of a signal by its own timestamp, 1 to 86,400 seconds; older ones are rejected.
/// </param>
/// <param name="IsClosed">True if it takes no more signals.</param>
[GenerateSerializer, Immutable, Alias("signal-strategy")]
public sealed record SignalStrategy(
    string Name,
    long Owner,
    string Secret,
    bool TakesPassphrase,
    ImmutableArray<SignalTarget> Targets,
    ImmutableArray<string> Symbols,
    SignalPolicy Policy,
    int MostInWindow,
    int WindowSeconds,
    int MostFailures,
    int PauseSeconds,
    int MaxAgeSeconds,
    bool IsClosed)
{
    /// <summary>
    /// Maximum number of strategies of an exchange. Closed ones count, because they stay in the journal.
    /// </summary>
    public const int Most = 1_000;

    /// <summary>Maximum number of accounts that follow one strategy.</summary>
    public const int MostTargets = 20;

    /// <summary>Maximum length of a name, in characters.</summary>
    public const int LongestName = 12;

    /// <summary>Returns true if the text is a valid strategy name.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
}

/// <summary>A strategy with its current state.</summary>
/// <param name="Strategy">The strategy.</param>
/// <param name="PausedUntilNanos">End of its pause, Unix nanoseconds; 0 if it is not paused.</param>
/// <param name="Failures">Number of consecutive failures.</param>
[GenerateSerializer, Immutable, Alias("signal-strategy-state")]
public sealed record SignalStrategyState(SignalStrategy Strategy, long PausedUntilNanos, int Failures);

/// <summary>Decision whether a signal may proceed.</summary>
/// <param name="Reason">Reject reason, or None.</param>
/// <param name="RetryAfterNanos">Delay after which a retry might be accepted, nanoseconds.</param>
[GenerateSerializer, Immutable, Alias("signal-admission")]
public readonly record struct SignalAdmission(RejectReason Reason, long RetryAfterNanos);

/// <summary>A signal that did not do everything it asked for.</summary>
/// <param name="Id">Sequence of its record; that of the last one if it failed again.</param>
/// <param name="Strategy">The strategy that sent it.</param>
/// <param name="Key">Its idempotency key.</param>
/// <param name="TimeNanos">Time of the failure, Unix nanoseconds.</param>
/// <param name="Reason">Reason of the failure.</param>
/// <param name="Detail">The account concerned, or an explanation; at most 200 characters.</param>
/// <param name="Body">The body sent, without a passphrase; at most 2,000 characters.</param>
[GenerateSerializer, Immutable, Alias("dead-signal")]
public sealed record DeadSignal(
    long Id, string Strategy, string Key, long TimeNanos, RejectReason Reason, string Detail, string Body)
{
    /// <summary>Maximum number of dead signals shown; older ones are dropped.</summary>
    public const int Most = 1_000;
}

/// <summary>
/// A signal on its way to one account. The account derives the order from its position, in one Orleans turn.
/// </summary>
/// <param name="ClientOrderId">
/// Client order id made of strategy and key: the same signal again is the same order.
/// </param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Action">Action requested.</param>
/// <param name="Policy">Policy for an existing position.</param>
/// <param name="SaidLots">Quantity given in the signal, in lots; 0 to flatten.</param>
/// <param name="Percent">The account's share of it, in percent.</param>
/// <param name="LimitTicks">Limit price, in ticks; 0 for a market order.</param>
/// <param name="BuyTicks">
/// Protection price of a buy, in ticks, chosen by the gateway; not part of the signal's identity.
/// </param>
/// <param name="SellTicks">Protection price of a sell, in ticks.</param>
/// <param name="IsTooOld">
/// True if it is too late for a new order; the account then reports only an earlier outcome.
/// </param>
[GenerateSerializer, Immutable, Alias("signal-intent")]
public sealed record SignalIntent(
    string ClientOrderId,
    string Symbol,
    SignalAction Action,
    SignalPolicy Policy,
    long SaidLots,
    int Percent,
    long LimitTicks,
    long BuyTicks,
    long SellTicks,
    bool IsTooOld = false);

/// <summary>Makes client order ids for orders from signals.</summary>
public static class SignalNames
{
    private const string Prefix = "sig.";
    private const int DigestLength = 18;

    /// <summary>
    /// Returns the order's client order id: the strategy's name and 108 bits of a digest of strategy and key. It is the
    /// same for each account and never changes.
    /// </summary>
    public static string ClientOrderId(string strategy, string key)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{strategy}\n{key}"));
        return $"{Prefix}{strategy}.{Base64Url.EncodeToString(digest)[..DigestLength]}";
    }

    /// <summary>Returns true if a client order id comes from a signal.</summary>
    public static bool IsOfSignal(string clientOrderId) => clientOrderId.StartsWith(Prefix, StringComparison.Ordinal);
}

/// <summary>Turns signals into orders.</summary>
public static class SignalRules
{
    /// <summary>
    /// Returns side and lots of the order for a signal, given the account's position; 0 lots for no order. An account
    /// that may not go short sells at most what it has.
    /// </summary>
    /// <param name="action">Action requested.</param>
    /// <param name="policy">Policy for an existing position.</param>
    /// <param name="lots">The signal's quantity, in lots.</param>
    /// <param name="position">The account's position, in lots; negative if short.</param>
    /// <param name="mayGoShort">True if the position may become negative.</param>
    public static (Side Side, long Lots) Decide(
        SignalAction action, SignalPolicy policy, long lots, long position, bool mayGoShort)
    {
        if (action == SignalAction.Flatten)
            return position < 0 ? (Side.Buy, -position) : (Side.Sell, position);

        var side = action == SignalAction.Buy ? Side.Buy : Side.Sell;
        var own = side == Side.Buy ? position : -position;
        var wanted = policy switch
        {
            SignalPolicy.Add => lots,
            _ when own > 0 => 0,
            SignalPolicy.Skip => own < 0 ? 0 : lots,
            SignalPolicy.Flatten => -own,
            _ => checked(lots - own),
        };
        return (side, side == Side.Sell && !mayGoShort ? Math.Clamp(position, 0, wanted) : wanted);
    }
}
