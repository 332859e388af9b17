using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace QuantumCore.Gateway.Http;

/// <summary>Answer of a call: a value of the API, or a refusal. A handler returns one or the other.</summary>
/// <typeparam name="T">Type of the API, which docs/openapi.json names as the answer of the call.</typeparam>
internal readonly struct Result<T>
{
    // The value, the function that writes it, or a refusal in a box. One reference, because tasks of orders carry it.
    private readonly object _content;
    private readonly int _status;

    /// <summary>Creates the answer of a call that succeeded.</summary>
    public Result(T value, int status = StatusCodes.Status200OK)
        : this((object)value!, status)
    {
    }

    private Result(object content, int status) => (_content, _status) = (content, status);

    public static implicit operator Result<T>(T value) => new(value);

    public static implicit operator Result<T>(Refusal refusal) => new((object)refusal, refusal.Status);

    /// <summary>Creates an answer whose JSON is written by hand, as in a stream.</summary>
    public static Result<T> Json(Action<Utf8JsonWriter> write, int status = StatusCodes.Status200OK) =>
        new((object)write, status);

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
        if (_content is Refusal refused)
            return refused;

        var value = (T)_content;
        return Result<TFirst>.Json(to => Api.ApiJson.Write(to, value), _status);
    }

    /// <summary>Writes the answer.</summary>
    public ValueTask<FlushResult> WriteAsync(HttpContext context) => _content switch
    {
        Refusal refused => Answer.RefuseAsync(context, refused),
        Action<Utf8JsonWriter> write => Answer.JsonAsync(context, write, static (to, write) => write(to), _status),
        var value => Answer.JsonAsync(context, (T)value, _status),
    };
}
