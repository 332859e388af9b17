using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using QuantumCore.Gateway.Hosting;

namespace QuantumCore.Silo;

/// <summary>
/// Writes one line for each event: text for people or JSON for machines. It carries the trace of its request, in the
/// gateway and in the grains that the request calls. A scope's other values, such as the path as sent, are left out:
/// people put keys into queries.
/// </summary>
internal sealed class LogLines(bool isJson, TimeProvider time) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "exchange";

    /// <inheritdoc/>
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        if (RuntimeWarnings.IsLongTurnOfRuntime(logEntry.EventId, logEntry.State))
            return;

        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var trace = TraceOf(scopeProvider);
        var now = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        textWriter.WriteLine(isJson
            ? Json(now, in logEntry, message, trace)
            : Text(now, in logEntry, message, trace));
    }

    private static string? TraceOf(IExternalScopeProvider? scopes)
    {
        if (RequestTrace.Id is { } collected)
            return collected;

        var found = new string?[1];
        scopes?.ForEachScope(
            static (scope, found) =>
            {
                if (scope is IReadOnlyList<KeyValuePair<string, object?>> values)
                    found[0] ??= values.FirstOrDefault(value => value.Key == "RequestId").Value as string;
            },
            found);
        return found[0] ?? RequestContext.Get(RequestTrace.Key) as string;
    }

    private static string Text<TState>(string now, in LogEntry<TState> entry, string message, string? trace)
    {
        var line = new StringBuilder()
            .Append(now).Append(' ').Append(Level(entry.LogLevel)).Append(' ')
            .Append(entry.Category).Append('[').Append(entry.EventId.Id).Append("] ").Append(message);
        if (trace is not null)
            line.Append(" trace=").Append(trace);
        if (entry.Exception is { } error)
            line.Append(' ').Append(error);

        // One event, one line, whatever a message or an exception contains.
        return line.Replace("\r", "").Replace("\n", " | ").ToString();
    }

    private static string Json<TState>(string now, in LogEntry<TState> entry, string message, string? trace)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var to = new Utf8JsonWriter(buffer))
        {
            to.WriteStartObject();
            to.WriteString("time"u8, now);
            to.WriteString("level"u8, Level(entry.LogLevel));
            to.WriteString("category"u8, entry.Category);
            to.WriteNumber("event"u8, entry.EventId.Id);
            to.WriteString("message"u8, message);
            if (trace is not null)
                to.WriteString("trace"u8, trace);
            if (entry.Exception is { } error)
                to.WriteString("exception"u8, error.ToString());
            if (entry.State is IReadOnlyList<KeyValuePair<string, object?>> values)
                WriteValues(to, values);
            to.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteValues(Utf8JsonWriter to, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        to.WriteStartObject("values"u8);
        foreach (var (name, value) in values.Where(value => value.Key != "{OriginalFormat}"))
            to.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
        to.WriteEndObject();
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        LogLevel.None => "none",
    };
}
