using System.Buffers.Text;
using System.Globalization;
using System.Text;
using QuantumCore.Gateway.AccountUpdates;
using QuantumCore.Gateway.Admission;
using QuantumCore.Gateway.Identity;

namespace QuantumCore.Gateway.Binance;

/// <summary>
/// Listen keys: names of account event streams, for clients from before subscriptions by signature. A listen key is the
/// sealed hash of the API key that asked for it, and its time. Every process of an exchange can read it, and none has
/// to store it. It gives no access that its API key does not have at that moment from that address.
/// </summary>
internal sealed class WireListenKeys(KeyRing keys, SecretSeal seal, AccountFeeds feeds, TimeProvider time)
{
    /// <summary>Life of a listen key, the same as a connection's.</summary>
    private static readonly TimeSpan s_life = TimeSpan.FromDays(1);

    private const string Purpose = "listen-key";
    private const int LongestKey = 256;
    private static readonly WireError s_unknown = new(-1125, "This listenKey does not exist.");

    public IEnumerable<WireCall> Calls =>
    [
        new("POST", "/api/v3/userDataStream", Lane.Readings, WireSecurity.Key, static _ => 2, 0, MakeAsync),
        new("PUT", "/api/v3/userDataStream", Lane.Readings, WireSecurity.Key, static _ => 2, 0, CheckAsync),
        new("DELETE", "/api/v3/userDataStream", Lane.Readings, WireSecurity.Key, static _ => 2, 0, CheckAsync),
    ];

    /// <summary>
    /// Returns the account feed of a listen key, and its remaining life; null if the key is not valid.
    /// </summary>
    public async ValueTask<(AccountFeed Feed, TimeSpan Left)?> FindAsync(string text, WireOrigin origin) =>
        Open(text) is var (hash, left) && await keys.FindHashedAsync(hash, origin.Address) is { Account: > 0 } key
            && (!key.IsDemo || origin.MayUseDemo)
            ? (feeds.Of(key.Account), left)
            : null;

    private ValueTask<WireAnswer> MakeAsync(WireRequest request)
    {
        if (request.Parameters.End() is { } wrong)
            return ValueTask.FromResult<WireAnswer>(wrong);

        var closed = seal.Close($"{request.Key!.Hash} {time.GetUtcNow().ToUnixTimeSeconds()}", Purpose);
        var text = Base64Url.EncodeToString(Convert.FromBase64String(closed));
        return ValueTask.FromResult(WireAnswer.Of(to =>
        {
            to.WriteStartObject();
            to.WriteString("listenKey"u8, text);
            to.WriteEndObject();
        }));
    }

    private ValueTask<WireAnswer> CheckAsync(WireRequest request)
    {
        var text = request.Parameters.Needed("listenKey");
        if (request.Parameters.End() is { } wrong)
            return ValueTask.FromResult<WireAnswer>(wrong);
        return ValueTask.FromResult<WireAnswer>(Open(text!)?.Hash == request.Key!.Hash
            ? WireAnswer.Of(static to =>
            {
                to.WriteStartObject();
                to.WriteEndObject();
            })
            : s_unknown);
    }

    /// <summary>
    /// Returns the hash of the API key that made this listen key, and its remaining life; null if it is none, or
    /// expired.
    /// </summary>
    private (string Hash, TimeSpan Left)? Open(string text)
    {
        if (text.Length > LongestKey || !Base64Url.IsValid(text)
            || seal.Open(Convert.ToBase64String(Base64Url.DecodeFromChars(text)), Purpose) is not { } bytes
            || Encoding.UTF8.GetString(bytes).Split(' ') is not [var hash, var since])
        {
            return null;
        }

        var made = DateTimeOffset.FromUnixTimeSeconds(long.Parse(since, CultureInfo.InvariantCulture));
        var left = made + s_life - time.GetUtcNow();
        return left > TimeSpan.Zero ? (hash, left) : null;
    }
}
