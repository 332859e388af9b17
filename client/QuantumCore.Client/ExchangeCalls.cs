using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace QuantumCore.Client;

/// <summary>A call: the request to send and whether it is idempotent.</summary>
internal sealed record ExchangeCall(HttpMethod Method, string Path)
{
    internal byte[]? Body { get; init; }

    /// <summary>Secret that signs the body. A signal has no other proof of its sender.</summary>
    internal string? SigningSecret { get; init; }

    internal bool Repeatable { get; init; } = true;

    internal string? ClientOrderId { get; init; }

    internal string? DepositKey { get; init; }

    internal string? MoneyKey { get; init; }

    internal static ExchangeCall Post(string path, object body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return new(HttpMethod.Post, path) { Body = QuantumCoreJson.WriteBytes(body) };
    }

    /// <summary>Adds to a failure the keys to ask again with.</summary>
    internal QuantumCoreException Name(QuantumCoreException failure)
    {
        (failure.ClientOrderId, failure.DepositKey, failure.MoneyKey) = (ClientOrderId, DepositKey, MoneyKey);
        return failure;
    }

    /// <summary>
    /// Returns the exception for a cancelled call that may have taken effect, with its key, which the client may have
    /// generated.
    /// </summary>
    internal OperationCanceledException GivenUp(OperationCanceledException how) => new(
        how.Message,
        Name(new QuantumCoreException(RejectCodes.OutcomeUnknown, "Given up before the answer came.", how)),
        how.CancellationToken);
}

/// <summary>
/// Sends calls with retries: always if nothing was done (no connection, overloaded), and for idempotent calls also if
/// the outcome is unknown.
/// </summary>
internal sealed class ExchangeCalls(HttpClient http, Uri root, string? apiKey, QuantumCoreClientOptions options)
{
    private const int TooManyRequests = 429;

    private readonly Backoff _backoff = new(options);

    internal HttpClient Http => http;

    internal Uri Root => root;

    internal string? ApiKey => apiKey;

    internal QuantumCoreClientOptions Options => options;

    /// <summary>Returns true if another attempt may start after a pause.</summary>
    internal bool HasTime(long started, TimeSpan pause) =>
        options.Time.GetElapsedTime(started) + pause <= options.RetryBudget;

    internal Task<T> GetAsync<T>(string path, CancellationToken cancellation) =>
        SendAsync<T>(new(HttpMethod.Get, path), cancellation);

    internal Task<T> PostAsync<T>(string path, object body, CancellationToken cancellation) =>
        SendAsync<T>(ExchangeCall.Post(path, body), cancellation);

    /// <summary>Posts a call that is not retried if its outcome is unknown.</summary>
    internal Task<T> PostOnceAsync<T>(string path, object body, CancellationToken cancellation) =>
        SendAsync<T>(ExchangeCall.Post(path, body) with { Repeatable = false }, cancellation);

    internal Task<T> DeleteAsync<T>(string path, CancellationToken cancellation) =>
        SendAsync<T>(new(HttpMethod.Delete, path), cancellation);

    /// <summary>Deletes with a call that is not retried if its outcome is unknown.</summary>
    internal Task<T> DeleteOnceAsync<T>(string path, CancellationToken cancellation) =>
        SendAsync<T>(new(HttpMethod.Delete, path) { Repeatable = false }, cancellation);

    /// <summary>
    /// Sends a call. If you cancel one that may have taken effect, the inner <see cref="QuantumCoreException"/> of the
    /// <see cref="OperationCanceledException"/> carries its key.
    /// </summary>
    internal async Task<T> SendAsync<T>(ExchangeCall call, CancellationToken cancellation)
    {
        var started = options.Time.GetTimestamp();
        var (inDoubt, isAsked) = (false, false);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                cancellation.ThrowIfCancellationRequested();
                isAsked = true;
                var (answer, failure, retryAfter) = await TryOnceAsync<T>(call, cancellation);
                isAsked = false;
                if (failure is null)
                    return answer!;

                var transient = Transient(failure);
                var doubtful = transient
                    && failure.Code is not (RejectCodes.Unreachable or RejectCodes.Overloaded
                        or RejectCodes.TooManyRequests);
                inDoubt |= doubtful;
                var pause = _backoff.PauseAfter(attempt, retryAfter);
                var hopeless = !transient || (doubtful && !call.Repeatable) || attempt >= options.MaxAttempts
                    || !HasTime(started, pause);
                if (hopeless)
                    throw Final(failure, transient, inDoubt, call);

                await Task.Delay(pause, options.Time, cancellation);
            }
        }
        catch (OperationCanceledException how) when ((isAsked || inDoubt) && call.Method != HttpMethod.Get)
        {
            throw call.GivenUp(how);
        }
    }

    private static bool Transient(QuantumCoreException failure) => failure.Code
        is RejectCodes.Unreachable or RejectCodes.Overloaded or RejectCodes.TooManyRequests
            or RejectCodes.OutcomeUnknown;

    /// <summary>
    /// Returns the final failure of a call. After an attempt of unknown outcome, "nothing was done" is no longer
    /// certain.
    /// </summary>
    private static QuantumCoreException Final(
        QuantumCoreException failure, bool transient, bool inDoubt, ExchangeCall call)
    {
        var final = transient && inDoubt && failure.Code != RejectCodes.OutcomeUnknown
            ? new QuantumCoreException(
                RejectCodes.OutcomeUnknown, $"No answer to an earlier attempt; then: {failure.Message}", failure)
            {
                Status = failure.Status,
            }
            : failure;
        final.AfterDoubt = inDoubt;
        return call.Name(final);
    }

    private async Task<(T? Answer, QuantumCoreException? Failure, TimeSpan? RetryAfter)> TryOnceAsync<T>(
        ExchangeCall call, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(options.AttemptTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var message = Compose(call);
            using var response = await http.SendAsync(message, either.Token);
            var body = await response.Content.ReadAsByteArrayAsync(either.Token);
            return response.IsSuccessStatusCode
                ? (Read<T>(body, (int)response.StatusCode), null, null)
                : (default, Refused(response.StatusCode, body), RetryAfter(response.Headers.RetryAfter));
        }
        catch (QuantumCoreException failure)
        {
            return (default, failure, null);
        }
        catch (HttpRequestException failure)
        {
            // Nothing can have been sent before the connection is established.
            var unsent = failure.HttpRequestError is HttpRequestError.ConnectionError
                or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;
            return (default, NoAnswer(unsent, failure), null);
        }
        catch (IOException failure)
        {
            return (default, NoAnswer(unsent: false, failure), null);
        }
        catch (OperationCanceledException failure) when (!cancellation.IsCancellationRequested)
        {
            return (default,
                NoAnswer(
                    unsent: false,
                    new TimeoutException($"none within {options.AttemptTimeout.TotalSeconds} s.", failure)),
                null);
        }
    }

    private HttpRequestMessage Compose(ExchangeCall call)
    {
        var message = new HttpRequestMessage(call.Method, new Uri(root, call.Path));
        if (call is { SigningSecret: { } secret, Body: { } signed })
            message.Headers.Add(
                "X-QC-Signature",
                Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed)));
        else if (apiKey is not null)
            message.Headers.Add("X-Api-Key", apiKey);

        if (call.Body is not null)
        {
            message.Content = new ByteArrayContent(call.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return message;
    }

    private static T Read<T>(byte[] body, int status)
    {
        try
        {
            return QuantumCoreJson.Read<T>(body) ?? throw new JsonException("An empty answer.");
        }
        catch (JsonException failure)
        {
            throw new QuantumCoreException(
                RejectCodes.BadAnswer, $"The answer is not of this API: {failure.Message}", failure)
            { Status = status };
        }
    }

    private static QuantumCoreException Refused(HttpStatusCode status, byte[] body)
    {
        try
        {
            if (QuantumCoreJson.Read<Refusal>(body) is { Code: not null } refusal)
                return new QuantumCoreException(refusal, (int)status);
        }
        catch (JsonException)
        {
            // The body is not ours (a proxy's page, or a crash), so only the status counts.
        }

        var code = (int)status switch
        {
            TooManyRequests => RejectCodes.TooManyRequests,
            >= 500 => RejectCodes.OutcomeUnknown,
            _ => RejectCodes.BadAnswer,
        };
        return new QuantumCoreException(code, $"HTTP {(int)status} without a reason.") { Status = (int)status };
    }

    private QuantumCoreException NoAnswer(bool unsent, Exception cause) => unsent
        ? new QuantumCoreException(RejectCodes.Unreachable, $"Cannot connect to {root}: {Why(cause)}", cause)
        : new QuantumCoreException(RejectCodes.OutcomeUnknown, $"No answer from {root}: {Why(cause)}", cause);

    /// <summary>Returns the message of the innermost exception; outer ones only point to it.</summary>
    internal static string? Why(Exception? failure) =>
        failure is TimeoutException ? failure.Message : failure?.GetBaseException().Message;

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - options.Time.GetUtcNow() : null);
}
