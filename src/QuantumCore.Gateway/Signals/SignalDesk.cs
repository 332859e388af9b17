using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Signals;

/// <summary>Result of a signal.</summary>
/// <param name="Refusal">Reason why it was rejected as a whole, or null.</param>
/// <param name="RetryAfter">Time after which it might be accepted; zero if unknown.</param>
/// <param name="Key">Key of the signal.</param>
/// <param name="ClientOrderId">Client order id of its orders.</param>
/// <param name="IsDuplicate">True if every account had it before.</param>
/// <param name="Reports">Reports, one for each account.</param>
internal sealed record SignalAnswer(
    Refusal? Refusal, TimeSpan RetryAfter, string Key, string ClientOrderId, bool IsDuplicate,
    ImmutableArray<ExecutionReport> Reports)
{
    /// <summary>Makes the result of a rejected signal.</summary>
    public static SignalAnswer Refused(Refusal refusal, TimeSpan retryAfter = default) =>
        new(refusal, retryAfter, "", "", false, []);
}

/// <summary>
/// Receives signals from outside: authenticates, authorizes and parses them. Then every account of the strategy decides
/// for itself. The accounts make sure that a signal trades once, however often and wherever it arrives: its key is a
/// client order id there, for ever. Nothing is remembered here.
/// </summary>
internal sealed class SignalDesk(
    IGrainFactory grains, Listings listings, SignalOrders signals, SecretSeal seal, TimeProvider time,
    ILogger<SignalDesk> log)
{
    private const int LongestBodyKept = 2_000;
    private const int LongestDetail = 200;
    private readonly GrainCalls _calls = new(log);

    private ICatalogGrain Catalog => grains.Catalog();

    /// <summary>
    /// Makes a new secret of a strategy, 32 random bytes: sealed for storage, and in plain text for its owner, shown
    /// once.
    /// </summary>
    public (string Sealed, string Shown) NewSecret(string strategy)
    {
        var shown = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return (seal.Close(shown, SealedFor(strategy)), shown);
    }

    /// <summary>Processes a signal.</summary>
    /// <param name="strategy">Strategy that the signal names.</param>
    /// <param name="body">Body, byte by byte.</param>
    /// <param name="signature">HMAC-SHA256 of the body, hexadecimal; null for a signal with a passphrase.</param>
    public async ValueTask<SignalAnswer> TakeAsync(string strategy, byte[] body, string? signature)
    {
        var found = await _calls.AskAsync("FindSignalStrategy", 0, () => Catalog.FindSignalStrategy(strategy));
        if (found.Failure != RejectReason.None)
            return SignalAnswer.Refused(new Refusal(RejectReason.Overloaded));

        // Same answer, signed or not, known or not: a sender without the secret learns nothing.
        var secret =
            found.Value?.Strategy is { IsClosed: false } known ? seal.Open(known.Secret, SealedFor(strategy)) : null;
        if (signature is not null && !(secret is not null && RequestSignature.IsHmac(secret, body, signature)))
            return SignalAnswer.Refused(Stranger);
        var text =
            Call.Parse(new ReadOnlySequence<byte>(body), Api.ApiJson.Request<Api.SignalBody>(), out var unreadable);
        if (signature is null
            && !(secret is not null && found.Value!.Strategy.TakesPassphrase && IsPassphrase(text, secret)))
            return SignalAnswer.Refused(Stranger);
        if (text is not null && !SignalReading.IsKey(text.Key))
        {
            unreadable = Refusal.Not(
                "key", text?.Key, "1 to 64 printable ASCII characters without a space, another for each signal");
            text = null;
        }

        return text is null
            ? await TurnAwayAsync(found.Value!.Strategy, body, secret!, unreadable)
            : await TakeAsync(found.Value!.Strategy, text);
    }

    private static Refusal Stranger => new(
        RejectReason.Unauthorized, null, null,
        "A signal needs a signature with its strategy's secret in the header X-QC-Signature, or the secret as its passphrase if the strategy allows it.");

    private static string SealedFor(string strategy) => "signals/" + strategy;

    private static bool IsPassphrase(Api.SignalBody? text, byte[] secret) =>
        text?.Passphrase is { } told && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(told), secret);

    /// <summary>
    /// Rejects an authentic signal that cannot be read. The strategy's owner finds it in the list, under a key made
    /// from its body.
    /// </summary>
    private async ValueTask<SignalAnswer> TurnAwayAsync(
        SignalStrategy strategy, byte[] body, byte[] secret, Refusal unreadable)
    {
        var key = $"unreadable.{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 8))}";
        if (await AdmitAsync(strategy, key) is { } turnedAway)
            return turnedAway;

        // The body may contain the passphrase, which must not be recorded.
        var sent = Encoding.UTF8.GetString(body).Replace(Encoding.UTF8.GetString(secret), "", StringComparison.Ordinal);
        await EndAsync(strategy, key, sent, unreadable.Reason, $"{unreadable.Field}: {unreadable.Detail}");
        return SignalAnswer.Refused(unreadable);
    }

    /// <summary>Checks if a signal may proceed; null if it may.</summary>
    private async ValueTask<SignalAnswer?> AdmitAsync(SignalStrategy strategy, string key)
    {
        var admitted = await _calls.AskAsync("AdmitSignal", 0, () => Catalog.AdmitSignal(strategy.Name, key));
        if (admitted.Failure != RejectReason.None)
            return SignalAnswer.Refused(new Refusal(RejectReason.Overloaded));
        return admitted.Value is { Reason: not RejectReason.None and var reason, RetryAfterNanos: var wait }
            ? SignalAnswer.Refused(new Refusal(reason), TimeSpan.FromTicks(wait / 100))
            : null;
    }

    private async ValueTask<SignalAnswer> TakeAsync(SignalStrategy strategy, Api.SignalBody text)
    {
        if (await AdmitAsync(strategy, text.Key!) is { } turnedAway)
            return turnedAway;

        var nowNanos = time.UnixNanos();
        var (refusal, instrument, intent) = await SignalReading.ReadAsync(text, strategy, listings, nowNanos);
        if (refusal is { } refused)
        {
            await EndAsync(strategy, text, refused.Reason, $"{refused.Field}: {refused.Detail ?? refused.Limit}");
            return SignalAnswer.Refused(refused);
        }

        var told = await Task.WhenAll(strategy.Targets.Select(target =>
            signals.PlaceSignalAsync(target.Account, instrument!, intent with { Percent = target.Percent }).AsTask()));
        ImmutableArray<ExecutionReport> reports = [.. told.Select(answer => answer.Report)];
        var isDuplicate = Array.TrueForAll(told, answer => answer.IsDuplicate);
        await EndAsync(strategy, text, reports, isDuplicate);
        return new SignalAnswer(WholeRefusal(reports), default, text.Key!, intent.ClientOrderId, isDuplicate, reports);
    }

    /// <summary>
    /// Returns null if at least one account succeeded and none is in doubt, so that the sender need do nothing more.
    /// </summary>
    private static Refusal? WholeRefusal(ImmutableArray<ExecutionReport> reports)
    {
        if (reports.FirstOrDefault(IsInDoubt) is { } doubtful)
        {
            return new Refusal(
                RejectReason.OutcomeUnknown, null, null,
                $"{new AccountId(doubtful.Account)}: send the signal again, with the same key.");
        }

        return reports.All(IsFailed) ? new Refusal(reports[0].Reason, reports[0].Field, reports[0].Limit) : null;
    }

    private static bool IsInDoubt(ExecutionReport report) => Refusals.Status(report.Reason) == 503;

    private static bool IsFailed(ExecutionReport report) =>
        report.Reason is not (RejectReason.None or RejectReason.SignalSkipped);

    private async ValueTask EndAsync(
        SignalStrategy strategy, Api.SignalBody text, ImmutableArray<ExecutionReport> reports, bool isDuplicate)
    {
        // A signal that was finally rejected is no new failure when it is sent again.
        var worst = reports.FirstOrDefault(IsInDoubt) ?? reports.FirstOrDefault(IsFailed);
        if (worst is null)
            await EndAsync(strategy, text, RejectReason.None, "");
        else if (!isDuplicate || IsInDoubt(worst))
            await EndAsync(
                strategy, text, worst.Reason,
                string.Join(
                    ", ",
                    reports.Where(IsFailed).Select(report => $"{new AccountId(report.Account)} {report.Reason}")));
    }

    private ValueTask EndAsync(SignalStrategy strategy, Api.SignalBody text, RejectReason reason, string detail) =>
        EndAsync(
            strategy, text.Key!,
            JsonSerializer.Serialize(text with { Passphrase = null }, Api.ApiJson.Request<Api.SignalBody>()), reason,
            detail);

    private async ValueTask EndAsync(
        SignalStrategy strategy, string key, string sent, RejectReason reason, string detail)
    {
        Log.SignalEnded(log, strategy.Name, key, SignalNames.ClientOrderId(strategy.Name, key), reason);
        var outcome = new DeadSignal(
            0, strategy.Name, key, 0, reason, Short(detail, LongestDetail), Short(sent, LongestBodyKept));
        await _calls.AskAsync("EndSignal", 0, async () =>
        {
            await Catalog.EndSignal(outcome);
            return true;
        });
    }

    private static string Short(string text, int most) => text.Length <= most ? text : text[..most];
}
