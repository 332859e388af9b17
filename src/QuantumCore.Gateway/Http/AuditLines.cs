using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;

namespace QuantumCore.Gateway.Http;

/// <summary>Answers with audit lines, newest first.</summary>
internal static class AuditLines
{
    /// <summary>Answers with the lines before the query's sequence, up to its limit.</summary>
    /// <param name="context">The call.</param>
    /// <param name="read">Reads lines before a sequence, up to a maximum number.</param>
    public static async Task Answer(HttpContext context, Func<long, int, ValueTask<ImmutableArray<AuditLine>>> read)
    {
        if (await Call.Limit(context) is not { } limit)
            return;

        if (Call.Number(
            (string?)context.Request.Query["before"] ?? long.MaxValue.ToString(CultureInfo.InvariantCulture), 1,
            long.MaxValue) is not { } before)
        {
            await Http.Answer.Refuse(context, Refusal.Malformed("before", "The sequence of a line."));
            return;
        }

        await Http.Answer.Json(context, await read(before, limit), static (to, lines) =>
        {
            to.WriteStartObject();
            to.WriteStartArray("lines"u8);
            foreach (var line in lines)
            {
                to.WriteStartObject();
                to.WriteNumber("sequence"u8, line.Sequence);
                to.WriteTime(line.TimeNanos);
                to.WriteString("what"u8, line.What);
                to.WriteString("subject"u8, line.Subject);
                to.WriteString("by"u8, line.By);
                to.WriteString("detail"u8, line.Detail);
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        });
    }
}
