using System.Runtime.CompilerServices;

namespace QuantumCore.Client;

/// <summary>
/// Follows something over a WebSocket of its own. A lost connection is made again, after growing pauses, until the reader
/// stops; one that never stood is given up like any other call. Where no WebSocket is to be had, it is polled, and tried again now and then.
/// </summary>
internal abstract class StreamFeed<TMessage, TUpdate>(
    QuantumCoreClient reader, HttpMessageInvoker http, Uri root, string? apiKey, QuantumCoreClientOptions options)
    where TMessage : class, IStreamMessage
    where TUpdate : class
{
    /// <summary>Connections that are cut before the first of a feed is polled: the exchange may be just starting.</summary>
    private const int AttemptsBeforePolling = 3;

    private readonly Backoff _backoff = new(options);

    /// <summary>How long has been waited for what is missing; the time that the reader takes is not counted.</summary>
    private TimeSpan _waited;

    /// <summary>How long is waited before it is asked for again: each time longer, or an exchange that takes its time would begin anew for ever.</summary>
    private TimeSpan _patience = options.AttemptTimeout;

    /// <summary>Failure that ended the polling; null where it was only interrupted.</summary>
    private QuantumCoreException? _pollFailure;

    /// <summary>The first of what is followed has come: the address is right, so that a lost connection is worth making for ever.</summary>
    protected bool HasStood { get; set; }

    /// <summary>The time, of what no call tells the time of.</summary>
    protected DateTimeOffset Now => options.Time.GetUtcNow();

    /// <summary>What to ask for, on each new connection.</summary>
    protected abstract IEnumerable<StreamRequest> Requests { get; }

    /// <summary>What to ask for anew, of what was asked for and has not come.</summary>
    protected abstract IEnumerable<StreamRequest> Missing { get; }

    /// <summary>Takes a message in; null when it changes nothing for the reader.</summary>
    protected abstract TUpdate? Take(TMessage message);

    /// <summary>What to send after an update has been made of a message: nothing unless something is missing.</summary>
    protected virtual IEnumerable<StreamRequest> RequestsAfter(TUpdate update) => [];

    /// <summary>Asks by calls over HTTP; the messages that a stream would have told since the last time.</summary>
    protected abstract Task<IReadOnlyList<TMessage>> PollAsync(QuantumCoreClient from, CancellationToken cancellation);

    /// <summary>Everything is old from now on; what the reader is told of that.</summary>
    protected abstract IEnumerable<TUpdate> Lose();

    internal async IAsyncEnumerable<TUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var started = options.Time.GetTimestamp();
        for (var failures = 0; ;)
        {
            var polls = options.Updates == UpdateTransport.Polling;
            Exception? failure = null;
            if (!polls)
            {
                using var socket = new ExchangeSocket(http, root, "stream", apiKey, options);
                if (await socket.TryOpenAsync(Requests, options.Updates == UpdateTransport.Automatic, cancellation))
                {
                    await foreach (var update in FollowAsync(socket, cancellation))
                    {
                        failures = 0;
                        yield return update;
                    }
                }
                else
                {
                    polls = options.Updates == UpdateTransport.Automatic
                        && (socket.IsUpgradeRefused || (socket.IsUpgradeCut && !HasStood && failures + 1 >= AttemptsBeforePolling));
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

                // It went well, and a WebSocket is tried again.
                if (_pollFailure is null)
                    continue;
                failure = _pollFailure;
            }

            foreach (var update in Lose())
                yield return update;

            var pause = _backoff.PauseAfter(++failures);
            if (!HasStood && (failures >= options.MaxAttempts ||
                options.Time.GetElapsedTime(started) + pause > options.RetryBudget))
            {
                throw new QuantumCoreException(
                    RejectCodes.Unreachable, $"Cannot follow {new Uri(root, "stream")}: {ExchangeCalls.Why(failure)}", failure);
            }

            await Task.Delay(pause, options.Time, cancellation);
        }
    }

    /// <summary>Reads a connection until it is lost.</summary>
    private async IAsyncEnumerable<TUpdate> FollowAsync(ExchangeSocket socket, [EnumeratorCancellation] CancellationToken cancellation)
    {
        (_waited, _patience) = (TimeSpan.Zero, options.AttemptTimeout);
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

    /// <summary>Polls until a call fails that may go well later, or it is time to try a WebSocket again.</summary>
    private async IAsyncEnumerable<TUpdate> PollUntilAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        _pollFailure = null;
        for (var began = options.Time.GetTimestamp();
            options.Updates == UpdateTransport.Polling || options.Time.GetElapsedTime(began) < options.WebSocketRetry;)
        {
            IReadOnlyList<TMessage> messages = [];
            try
            {
                messages = await PollAsync(reader, cancellation);
            }
            catch (QuantumCoreException failure) when (failure.Code is RejectCodes.Unreachable or RejectCodes.OutcomeUnknown
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

            await Task.Delay(options.PollInterval, options.Time, cancellation);
        }
    }

    /// <summary>
    /// The next message, or null when the connection is of no more use. What was asked for and does not come is asked for again after the time of
    /// an attempt; a connection on which nothing has come yet is given up then.
    /// </summary>
    private async Task<TMessage?> NextAsync(ExchangeSocket socket, CancellationToken cancellation)
    {
        var next = socket.TryReceiveAsync<TMessage>(cancellation);
        if (!Missing.Any())
            (_waited, _patience) = (TimeSpan.Zero, options.AttemptTimeout);

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

    /// <summary>Waits so long, or less; how long it was.</summary>
    private async Task<TimeSpan> WaitAsync(Task next, TimeSpan most, CancellationToken cancellation)
    {
        var began = options.Time.GetTimestamp();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(next, Task.Delay(most, options.Time, enough.Token));
        await enough.CancelAsync();
        return next.IsCompleted ? options.Time.GetElapsedTime(began) : most;
    }
}
