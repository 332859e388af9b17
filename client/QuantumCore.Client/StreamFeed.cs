using System.Runtime.CompilerServices;

namespace QuantumCore.Client;

/// <summary>
/// Follows a stream over its own WebSocket. A lost connection is retried with backoff until the reader stops. A first
/// connection that never succeeds fails like any other call. Where WebSockets are unavailable, the feed polls and
/// retries the WebSocket from time to time.
/// </summary>
internal abstract class StreamFeed<TMessage, TUpdate>(ExchangeCalls calls)
    where TMessage : class, IStreamMessage
    where TUpdate : class
{
    /// <summary>Connections cut before a feed polls for the first time: the exchange may just be starting.</summary>
    private const int AttemptsBeforePolling = 3;

    private readonly Backoff _backoff = new(calls.Options);

    /// <summary>Time waited for missing data; the reader's own time is not counted.</summary>
    private TimeSpan _waited;

    /// <summary>
    /// Delay before resubscribing. Grows with each attempt so that a slow exchange is not restarted endlessly.
    /// </summary>
    private TimeSpan _patience = calls.Options.AttemptTimeout;

    /// <summary>Failure that ended the polling; null if it was only interrupted.</summary>
    private QuantumCoreException? _pollFailure;

    /// <summary>
    /// True once the first data has arrived: the address is right, so lost connections are retried without limit.
    /// </summary>
    protected bool HasStood { get; set; }

    /// <summary>Current time, for data without a time of its own.</summary>
    protected DateTimeOffset Now => calls.Options.Time.GetUtcNow();

    /// <summary>Requests to send on each new connection.</summary>
    protected abstract IEnumerable<StreamRequest> Requests { get; }

    /// <summary>Requests to send again, because their data has not arrived.</summary>
    protected abstract IEnumerable<StreamRequest> Missing { get; }

    /// <summary>Applies a message and returns an update, or null if nothing changes for the reader.</summary>
    protected abstract TUpdate? Take(TMessage message);

    /// <summary>Returns the requests to send after an update: none unless data is missing.</summary>
    protected virtual IEnumerable<StreamRequest> RequestsAfter(TUpdate update) => [];

    /// <summary>Polls over HTTP and returns the messages that a stream would have sent since the last poll.</summary>
    protected abstract Task<IReadOnlyList<TMessage>> PollAsync(CancellationToken cancellation);

    /// <summary>Marks all data stale and returns the updates that say so.</summary>
    protected abstract IEnumerable<TUpdate> Lose();

    internal async IAsyncEnumerable<TUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = calls.Options.Time.GetTimestamp();
        for (var failures = 0; ;)
        {
            var polls = calls.Options.Updates == UpdateTransport.Polling;
            Exception? failure = null;
            if (!polls)
            {
                using var socket = new ExchangeSocket(calls, "stream");
                if (await socket.TryOpenAsync(
                    Requests, calls.Options.Updates == UpdateTransport.Automatic, cancellation))
                {
                    await foreach (var update in FollowAsync(socket, cancellation))
                    {
                        failures = 0;
                        yield return update;
                    }
                }
                else
                {
                    polls = calls.Options.Updates == UpdateTransport.Automatic
                        && (socket.IsUpgradeRefused
                            || (socket.IsUpgradeCut && !HasStood && failures + 1 >= AttemptsBeforePolling));
                }

                failure = socket.Failure;
            }

            if (polls)
            {
                await foreach (var update in PollUntilAsync(cancellation))
                {
                    failures = 0;
                    yield return update;
                }

                // Polling ended without a failure: try the WebSocket again.
                if (_pollFailure is null)
                    continue;
                failure = _pollFailure;
            }

            foreach (var update in Lose())
                yield return update;

            var pause = _backoff.PauseAfter(++failures);
            if (!HasStood && (failures >= calls.Options.MaxAttempts || !calls.HasTime(started, pause)))
            {
                throw new QuantumCoreException(
                    RejectCodes.Unreachable,
                    $"Cannot follow {new Uri(calls.Root, "stream")}: {ExchangeCalls.Why(failure)}",
                    failure);
            }

            await Task.Delay(pause, calls.Options.Time, cancellation);
        }
    }

    /// <summary>Reads a connection until it is lost.</summary>
    private async IAsyncEnumerable<TUpdate> FollowAsync(
        ExchangeSocket socket, [EnumeratorCancellation] CancellationToken cancellation)
    {
        (_waited, _patience) = (TimeSpan.Zero, calls.Options.AttemptTimeout);
        while (await NextAsync(socket, cancellation) is { } message)
        {
            if (message.Type == "error")
            {
                throw new QuantumCoreException(
                    new Refusal(message.Code, Title: null, message.Detail, Status: null, message.Field, Limit: null));
            }

            if (Take(message) is not { } update)
                continue;

            foreach (var request in RequestsAfter(update))
                await socket.TrySendAsync(request, cancellation);

            yield return update;
        }
    }

    /// <summary>Polls until a call fails transiently, or until it is time to try a WebSocket again.</summary>
    private async IAsyncEnumerable<TUpdate> PollUntilAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        _pollFailure = null;
        for (var began = calls.Options.Time.GetTimestamp();
            calls.Options.Updates == UpdateTransport.Polling
            || calls.Options.Time.GetElapsedTime(began) < calls.Options.WebSocketRetry;)
        {
            IReadOnlyList<TMessage> messages = [];
            try
            {
                messages = await PollAsync(cancellation);
            }
            catch (QuantumCoreException failure)
                when (failure.Code is RejectCodes.Unreachable or RejectCodes.OutcomeUnknown
                or RejectCodes.Overloaded or RejectCodes.TooManyRequests)
            {
                _pollFailure = failure;
                yield break;
            }

            foreach (var message in messages)
            {
                if (Take(message) is { } update)
                    yield return update;
            }

            await Task.Delay(calls.Options.PollInterval, calls.Options.Time, cancellation);
        }
    }

    /// <summary>
    /// Returns the next message, or null if the connection is no longer usable. Resends requests whose data has not
    /// arrived within the time of an attempt. Gives up a connection on which nothing has ever arrived within that time.
    /// </summary>
    private async Task<TMessage?> NextAsync(ExchangeSocket socket, CancellationToken cancellation)
    {
        var next = socket.TryReceiveAsync<TMessage>(cancellation);
        if (!Missing.Any())
            (_waited, _patience) = (TimeSpan.Zero, calls.Options.AttemptTimeout);

        while (!next.IsCompleted && Missing.Any())
        {
            if (_waited < _patience)
            {
                _waited += await WaitAsync(next, _patience - _waited, cancellation);
            }
            else if (!HasStood)
            {
                socket.GiveUp();
                break;
            }
            else
            {
                (_waited, _patience) = (TimeSpan.Zero, 2 * _patience);
                foreach (var request in Missing)
                    await socket.TrySendAsync(request, cancellation);
            }
        }

        return await next;
    }

    /// <summary>Waits at most a given time and returns the time waited.</summary>
    private async Task<TimeSpan> WaitAsync(Task next, TimeSpan most, CancellationToken cancellation)
    {
        var began = calls.Options.Time.GetTimestamp();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(next, Task.Delay(most, calls.Options.Time, enough.Token));
        await enough.CancelAsync();
        return next.IsCompleted ? calls.Options.Time.GetElapsedTime(began) : most;
    }
}
