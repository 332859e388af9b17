using Microsoft.Extensions.Logging;
using QuantumCore.Gateway.Alerts;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Streams;

/// <summary>
/// Alert channel of one connection: all price alerts of an account first, and all again after one was set, fired or
/// removed.
/// </summary>
internal sealed class AlertSource(StreamHolder holder, PriceAlerts alerts, Pacing pacing, ILogger log) : IStreamSource
{
    private readonly GrainCalls _calls = new(log);
    private readonly AlertFeed _feed = alerts.FeedOf(holder.Account);
    private volatile bool _hasEnded;

    /// <inheritdoc/>
    public void Start() => _feed.Join(Changed);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> Take()
    {
        pacing.Told();
        if (_hasEnded)
            return [StreamJson.Ended];
        if (_feed.Latest is not { } all)
            return [];
        return [StreamJson.Bytes(to =>
        {
            to.WriteStartObject();
            to.WriteString("type"u8, "alerts"u8);
            to.WriteString("account"u8, new AccountId(holder.Account).ToString());
            var answer = all.ToApi();
            to.WriteMember("since"u8, answer.Since);
            to.WriteMember("alerts"u8, answer.Alerts);
            to.WriteEndObject();
        })];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _feed.Leave(Changed);
        pacing.Dispose();
    }

    private void Changed() => _ = TellAsync();

    /// <summary>
    /// Checks that the client is still signed in, then schedules its message. A signed-out client is told so once, and
    /// gets nothing more.
    /// </summary>
    private async Task TellAsync()
    {
        if (_hasEnded
            || await _calls.AskAsync(
                "MayStill", holder.Account, holder.MayStill) is not { Failure: RejectReason.None, Value: var mayStill })
            return;

        _hasEnded |= !mayStill;
        pacing.Due();
    }
}
