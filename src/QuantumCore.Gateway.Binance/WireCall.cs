using System.Net;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Admission;

namespace QuantumCore.Gateway.Binance;

/// <summary>Authentication that a call requires.</summary>
internal enum WireSecurity
{
    /// <summary>No authentication.</summary>
    None = 0,

    /// <summary>A known key.</summary>
    Key = 1,

    /// <summary>Signature of a key that may read.</summary>
    Read = 2,

    /// <summary>Signature of a key that may trade.</summary>
    Trade = 3,
}

/// <summary>A call of the Binance interface, over HTTP or WebSocket.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Path.</param>
/// <param name="Lane">Admission lane.</param>
/// <param name="Security">Required authentication.</param>
/// <param name="Weight">Request weight, for the rate limit.</param>
/// <param name="Orders">Number of orders it counts for, for the order limit.</param>
/// <param name="Answer">Handler.</param>
internal sealed record WireCall(
    string Method,
    string Path,
    Lane Lane,
    WireSecurity Security,
    Func<WireParameters, int> Weight,
    int Orders,
    Func<WireRequest, ValueTask<WireAnswer>> Answer)
{
    /// <summary>Makes a call that reads.</summary>
    public static WireCall Get(
        string path, WireSecurity security, int weight, Func<WireRequest, ValueTask<WireAnswer>> answer) =>
        new("GET", path, Lane.Readings, security, _ => weight, 0, answer);
}

/// <summary>An admitted request.</summary>
/// <param name="Parameters">Parameters of the request.</param>
/// <param name="Key">API key that was authenticated; null if the call needs none.</param>
/// <param name="Address">Client IP.</param>
/// <param name="Shown">Text of the key that the client sent, needed or not; null for none.</param>
internal sealed record WireRequest(WireParameters Parameters, ApiKey? Key, IPAddress? Address, string? Shown)
{
    /// <summary>Account of the key; 0 if the call needs no authentication.</summary>
    public long Account => Key?.Account ?? 0;
}

/// <summary>Answer to a request: a result, or an error, which may have data.</summary>
/// <param name="Error">Error; null on success.</param>
/// <param name="Write">Writes one JSON value: the result, or the member <c>data</c> of an error.</param>
internal readonly record struct WireAnswer(WireError? Error, Action<Utf8JsonWriter>? Write)
{
    public static WireAnswer Of(Action<Utf8JsonWriter> write) => new(null, write);

    public static implicit operator WireAnswer(WireError error) => new(error, null);

    /// <summary>Writes the answer as a response body.</summary>
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
