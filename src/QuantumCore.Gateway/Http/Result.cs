using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace QuantumCore.Gateway.Http;

/// <summary>Answer of a call: a value of the API, or a refusal. A handler returns one or the other.</summary>
/// <typeparam name="T">Type of the API, which docs/openapi.json names as the answer of the call.</typeparam>
internal readonly struct Result<T>
{
    private readonly T? _value;
    private readonly Action<Utf8JsonWriter>? _write;
    private readonly Refusal? _refusal;
    private readonly int _status;

    /// <summary>Creates the answer of a call that succeeded.</summary>
    public Result(T value, int status = StatusCodes.Status200OK) => (_value, _status) = (value, status);

    private Result(Action<Utf8JsonWriter> write, int status) => (_write, _status) = (write, status);

    private Result(Refusal refusal) => _refusal = refusal;

    public static implicit operator Result<T>(T value) => new(value);

    public static implicit operator Result<T>(Refusal refusal) => new(refusal);

    /// <summary>Creates an answer whose JSON is written by hand, as in a stream.</summary>
    public static Result<T> Json(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) =>
        new(write, status);

    /// <summary>Creates an answer from the members of its JSON, written by hand.</summary>
    public static Result<T> Members(Action<Utf8JsonWriter> write) => Json(to =>
    {
        to.WriteStartObject();
        write(to);
        to.WriteEndObject();
    });

    /// <summary>Returns the same answer, for a call that answers with another type first.</summary>
    public Result<TFirst> As<TFirst>()
    {
        var value = _value!;
        return _refusal is { } refused
            ? refused
            : Result<TFirst>.Json(to => Api.ApiJson.Write(to, value), _status);
    }

    /// <summary>Writes the answer.</summary>
    public ValueTask<FlushResult> WriteAsync(HttpContext context) => _refusal is { } refused
        ? Answer.RefuseAsync(context, refused)
        : _write is { } write ? Answer.JsonAsync(context, write, static (to, write) => write(to), _status)
        : Answer.JsonAsync(context, _value!, _status);
}
