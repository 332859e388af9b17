using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Answers with audit lines, newest first.</summary>
internal static class AuditLines
{
    /// <summary>Answers with the lines before the query's sequence, up to its limit.</summary>
    /// <param name="context">The call.</param>
    /// <param name="read">Reads lines before a sequence, up to a maximum number.</param>
    public static async Task AnswerAsync(
        HttpContext context, Func<long, int, ValueTask<ImmutableArray<AuditLine>>> read)
    {
        if (await Call.LimitAsync(context) is not { } limit)
            return;

        if (Call.Number(
            (string?)context.Request.Query["before"] ?? long.MaxValue.ToString(CultureInfo.InvariantCulture), 1,
            long.MaxValue) is not { } before)
        {
            await Http.Answer.RefuseAsync(context, Refusal.Malformed("before", "The sequence of a line."));
            return;
        }

        var lines = await read(before, limit);
        await Http.Answer.JsonAsync(context, new Api.AuditLines([.. lines.Select(line => new Api.AuditLine(
            line.Sequence, new(line.TimeNanos), line.TimeNanos, line.What, line.Subject, line.By, line.Detail))]));
    }
}
