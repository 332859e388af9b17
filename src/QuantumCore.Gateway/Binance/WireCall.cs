using System.Net;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway.Binance;

/// <summary>What a caller must show.</summary>
internal enum WireSecurity
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A known key.</summary>
    Key = 1,

    /// <summary>A signature of a key that may read.</summary>
    Read = 2,

    /// <summary>A signature of a key that may trade.</summary>
    Trade = 3,
}

/// <summary>A call of this wire, whichever way it comes.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Its path.</param>
/// <param name="Lane">Who waits with it.</param>
/// <param name="Security">What it needs.</param>
/// <param name="Weight">What it counts for in the limit of requests.</param>
/// <param name="Orders">How many orders it counts for.</param>
/// <param name="Answer">What it does.</param>
internal sealed record WireCall(
    string Method,
    string Path,
    Lane Lane,
    WireSecurity Security,
    Func<WireParameters, int> Weight,
    int Orders,
    Func<WireRequest, ValueTask<WireAnswer>> Answer)
{
    /// <summary>A call that reads.</summary>
    public static WireCall Get(
        string path, WireSecurity security, int weight, Func<WireRequest, ValueTask<WireAnswer>> answer) =>
        new("GET", path, Lane.Readings, security, _ => weight, 0, answer);
}

/// <summary>A request that was let in.</summary>
/// <param name="Parameters">What it says.</param>
/// <param name="Key">The key that was shown; null where nobody has to be known.</param>
/// <param name="Address">Where it comes from.</param>
/// <param name="Shown">The key's text that came with it, whether anybody had to be known or not; null for none.</param>
internal sealed record WireRequest(WireParameters Parameters, ApiKey? Key, IPAddress? Address, string? Shown)
{
    /// <summary>Whose it is; 0 where nobody has to be known.</summary>
    public long Account => Key?.Account ?? 0;
}

/// <summary>What is answered: an error, with more about it where there is more, or what is written.</summary>
/// <param name="Error">Why not; null when it was done.</param>
/// <param name="Write">Writes one JSON value; of an error the member <c>data</c>.</param>
internal readonly record struct WireAnswer(WireError? Error, Action<Utf8JsonWriter>? Write)
{
    public static WireAnswer Of(Action<Utf8JsonWriter> write) => new(null, write);

    public static implicit operator WireAnswer(WireError error) => new(error, null);

    /// <summary>The answer as it stands in a body.</summary>
    public static void WriteBody(Utf8JsonWriter to, WireAnswer answer)
    {
        if (answer.Error is not { } error)
        {
            answer.Write!(to);
            return;
        }

        to.WriteStartObject();
        to.WriteNumber("code"u8, error.Code);
        to.WriteString("msg"u8, error.Message);
        if (answer.Write is not null)
        {
            to.WritePropertyName("data"u8);
            answer.Write(to);
        }

        to.WriteEndObject();
    }
}
