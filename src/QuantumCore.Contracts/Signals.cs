using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>What a signal asks for.</summary>
public enum SignalAction : byte
{
    /// <summary>To buy.</summary>
    Buy = 1,

    /// <summary>To sell.</summary>
    Sell = 2,

    /// <summary>To have nothing of it.</summary>
    Flatten = 3,
}

/// <summary>What a signal to buy or to sell does where its account has a position already.</summary>
public enum SignalPolicy : byte
{
    /// <summary>The position stays: nothing is done.</summary>
    Skip = 1,

    /// <summary>It trades as it says, whatever there is.</summary>
    Add = 2,

    /// <summary>It ends a position of the other side, and begins none.</summary>
    Flatten = 3,

    /// <summary>It ends a position of the other side and begins its own; to one of its own side it adds nothing.</summary>
    Reverse = 4,
}

/// <summary>An account that follows a strategy's signals.</summary>
/// <param name="Account">Its number.</param>
/// <param name="Percent">Its share of a signal's quantity, 1 to 10,000; the lots are rounded down.</param>
[GenerateSerializer, Immutable, Alias("signal-target")]
public readonly record struct SignalTarget(long Account, int Percent);

/// <summary>Who sends signals from outside, and what becomes of them.</summary>
/// <param name="Name">Its name: 1 to 12 of a-z, 0-9 and -.</param>
/// <param name="Owner">The account whose holder made it and alone may change it; 0 for an administrator's.</param>
/// <param name="Secret">What its signals are signed with, sealed.</param>
/// <param name="TakesPassphrase">Whether the secret itself, in a signal, will do: for tools that can't sign.</param>
/// <param name="Targets">The accounts that follow it, 1 to 20.</param>
/// <param name="Symbols">What it may trade; empty for everything.</param>
/// <param name="Policy">What it does with positions.</param>
/// <param name="MostInWindow">New signals in a window at most, 1 to 10,000.</param>
/// <param name="WindowSeconds">Length of the sliding window, 1 to 3,600 seconds.</param>
/// <param name="MostFailures">After so many failures in a row the strategy pauses, 1 to 1,000.</param>
/// <param name="PauseSeconds">How long, 1 to 86,400 seconds.</param>
/// <param name="MaxAgeSeconds">A signal that says it is older is refused, 1 to 86,400 seconds.</param>
/// <param name="IsClosed">Whether it takes no signals any more.</param>
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
    /// <summary>Most strategies of an exchange, closed ones counted: each stays in the journal.</summary>
    public const int Most = 1_000;

    /// <summary>Most accounts that follow one.</summary>
    public const int MostTargets = 20;

    /// <summary>Longest name.</summary>
    public const int LongestName = 12;

    /// <summary>Whether a text may be a strategy's name.</summary>
    public static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
}

/// <summary>A strategy as it stands.</summary>
/// <param name="Strategy">The strategy.</param>
/// <param name="PausedUntilNanos">Until when it pauses, Unix nanoseconds; 0 when it does not.</param>
/// <param name="Failures">Failures in a row, as far as this activation has seen.</param>
[GenerateSerializer, Immutable, Alias("signal-strategy-state")]
public sealed record SignalStrategyState(SignalStrategy Strategy, long PausedUntilNanos, int Failures);

/// <summary>Whether a signal may go on.</summary>
/// <param name="Reason">Why not, or none.</param>
/// <param name="RetryAfterNanos">After how long it might.</param>
[GenerateSerializer, Immutable, Alias("signal-admission")]
public readonly record struct SignalAdmission(RejectReason Reason, long RetryAfterNanos);

/// <summary>A signal that did not do all that it asked for.</summary>
/// <param name="Id">The number of its record: that of the last one where it failed again.</param>
/// <param name="Strategy">Whose it was.</param>
/// <param name="Key">Its own name.</param>
/// <param name="TimeNanos">When, Unix nanoseconds.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">At which account, or in words; at most 200 characters.</param>
/// <param name="Body">What was sent, without a passphrase; at most 2,000 characters.</param>
[GenerateSerializer, Immutable, Alias("dead-signal")]
public sealed record DeadSignal(
    long Id, string Strategy, string Key, long TimeNanos, RejectReason Reason, string Detail, string Body)
{
    /// <summary>Most that are shown; older ones fall out.</summary>
    public const int Most = 1_000;
}

/// <summary>A signal on its way to one account, which decides what order it is: by its position, in one turn.</summary>
/// <param name="ClientOrderId">The order's name, made of strategy and key: the same signal again is the same order.</param>
/// <param name="Symbol">The instrument.</param>
/// <param name="Action">What it asks for.</param>
/// <param name="Policy">What it does with a position.</param>
/// <param name="SaidLots">Quantity in lots as the signal says it; 0 to flatten.</param>
/// <param name="Percent">The account's share of it.</param>
/// <param name="LimitTicks">Limit in ticks; 0 for a market order.</param>
/// <param name="BuyTicks">A buy's protection price, which the gateway chose; no part of the signal's identity.</param>
/// <param name="SellTicks">A sale's.</param>
/// <param name="IsTooOld">Whether it came too late for an order: only what it did before is told.</param>
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

/// <summary>Names of the orders that signals become.</summary>
public static class SignalNames
{
    private const string Prefix = "sig.";
    private const int DigestLength = 18;

    /// <summary>
    /// The order's name: the strategy's, and 108 bits of a digest of strategy and key; the same for each account, and for ever.
    /// </summary>
    public static string ClientOrderId(string strategy, string key)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{strategy}\n{key}"));
        return $"{Prefix}{strategy}.{Base64Url.EncodeToString(digest)[..DigestLength]}";
    }

    /// <summary>Whether an order of this name is a signal's.</summary>
    public static bool IsOfSignal(string clientOrderId) => clientOrderId.StartsWith(Prefix, StringComparison.Ordinal);
}

/// <summary>What signals become.</summary>
public static class SignalRules
{
    /// <summary>
    /// The order that a signal is where an account has a position: side and lots, 0 lots for none. An account that may not go short
    /// sells what it has at most.
    /// </summary>
    /// <param name="action">What the signal asks for.</param>
    /// <param name="policy">What it does with a position.</param>
    /// <param name="lots">Its lots.</param>
    /// <param name="position">What the account has in lots, less than zero when it is short.</param>
    /// <param name="mayGoShort">Whether it may have less than nothing.</param>
    public static (Side Side, long Lots) Decide(SignalAction action, SignalPolicy policy, long lots, long position, bool mayGoShort)
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
