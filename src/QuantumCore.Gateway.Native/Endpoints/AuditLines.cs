using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Reads audit lines, newest first.</summary>
internal static class AuditLines
{
    /// <summary>Returns the lines before the query's sequence, up to its limit.</summary>
    /// <param name="context">The call.</param>
    /// <param name="read">Reads lines before a sequence, up to a maximum number.</param>
    public static async Task<Result<Api.AuditLines>> ReadAsync(
        HttpContext context, Func<long, int, ValueTask<ImmutableArray<AuditLine>>> read)
    {
        if (Call.Limit(context, out var limit) is { } wrong)
            return wrong;

        if (Call.Number(
            (string?)context.Request.Query["before"] ?? long.MaxValue.ToString(CultureInfo.InvariantCulture), 1,
            long.MaxValue) is not { } before)
            return Refusal.Malformed("before", "The sequence of a line.");

        var lines = await read(before, limit);
        return new Api.AuditLines([.. lines.Select(line => new Api.AuditLine(
            line.Sequence, new(line.TimeNanos), line.TimeNanos, line.What, line.Subject, line.By, line.Detail))]);
    }
}
