using System.Globalization;

namespace QuantumCore.Client;

/// <summary>
/// Cancel-on-disconnect: a connection whose end cancels every open order of the account. It covers a killed process, a
/// lost network and disposal. It does not cover a crash of the exchange itself. A newer guard of the same account and
/// name replaces this one: the orders are cancelled before the newer guard takes effect, and this connection is closed.
/// </summary>
public sealed class DisconnectGuard : IAsyncDisposable
{
    private readonly ExchangeSocket _socket;
    private readonly CancellationTokenSource _leaves = new();
    private bool _isDisposed;

    private DisconnectGuard(ExchangeSocket socket)
    {
        _socket = socket;
        Lost = WaitAsync();
    }

    /// <summary>
    /// Completes when the connection has ended: the orders are cancelled, or about to be. Never faults.
    /// </summary>
    public Task Lost { get; }

    internal static async Task<DisconnectGuard> OpenAsync(
        ExchangeCalls calls, string? session, CancellationToken cancellation)
    {
        var options = calls.Options;
        var backoff = new Backoff(options);
        var started = options.Time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var socket = new ExchangeSocket(calls, "trading");
            var stands = false;
            Refusal? busy = null;
            try
            {
                if (await socket.TryOpenAsync(
                    [new GuardRequest(1, "cancelOnDisconnect", On: true, "account", session)], pollsInstead: false,
                    cancellation)
                    && await AnswerAsync(socket, options, cancellation) is { } answer)
                {
                    // Overloaded, or the previous guard is still ending: both are temporary.
                    busy = answer.Error is { Code: RejectCodes.Overloaded } ? answer.Error : null;
                    if (answer.Error is { } refusal && busy is null)
                        throw new QuantumCoreException(refusal, answer.Status);

                    stands = busy is null;
                    if (stands)
                        return new DisconnectGuard(socket);
                }
            }
            finally
            {
                if (!stands)
                    socket.Dispose();
            }

            var pause = backoff.PauseAfter(attempt);
            if (attempt >= options.MaxAttempts || !calls.HasTime(started, pause))
            {
                throw busy is not null ? new QuantumCoreException(busy, 503) : new QuantumCoreException(
                    RejectCodes.Unreachable,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"No guard at {socket.Address}: {ExchangeCalls.Why(socket.Failure)}"),
                    socket.Failure);
            }

            await Task.Delay(pause, options.Time, cancellation);
        }
    }

    /// <summary>Returns the response, waiting at most the time of one attempt.</summary>
    private static async Task<GuardAnswer?> AnswerAsync(
        ExchangeSocket socket, QuantumCoreClientOptions options, CancellationToken cancellation)
    {
        var answer = socket.TryReceiveAsync<GuardAnswer>(cancellation);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(answer, Task.Delay(options.AttemptTimeout, options.Time, enough.Token));
        await enough.CancelAsync();
        if (!answer.IsCompleted)
            socket.GiveUp();
        return await answer;
    }

    /// <summary>Closes the connection, so the exchange cancels the account's open orders.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;

        await _leaves.CancelAsync();
        await Lost;
        _socket.Dispose();
        _leaves.Dispose();
    }

    private async Task WaitAsync()
    {
        try
        {
            while (await _socket.TryReceiveAsync<GuardAnswer>(_leaves.Token) is not null)
            {
                // Ignores further messages: no request is sent over it any more.
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed of.
        }
    }
}
