using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Http;

/// <summary>Calls for the state of the system itself, for its operators.</summary>
internal sealed class SystemCalls(
    ReadSilos silos, RecentLog recent, IGrainFactory grains, KeyRing keys, TimeProvider time)
{
    // Parts that do not answer by then are missing in the answer, which is needed most when something does not answer.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>GET /admin/system: returns silos, journal and newest warnings.</summary>
    /// <remarks>
    /// Needs the role marketOperator, risk or administrator. <c>journal</c> is null, and <c>grains</c> empty, for a
    /// part that does not respond within three seconds; <c>behindMillis</c> are milliseconds.
    /// </remarks>
    public async Task Show(HttpContext context)
    {
        if (await Call.Identify(context, keys) is not { } caller)
            return;

        if (caller.Role == UserRole.Customer)
        {
            await Answer.Refuse(context, new Refusal(RejectReason.Forbidden));
            return;
        }

        var cancellation = context.RequestAborted;
        var asked = Ask(async () => (ImmutableArray<SiloView>?)await silos(cancellation), cancellation);
        var standing = await Ask(async () => (LedgerStanding?)await grains.Ledger().Standing(), cancellation);
        var members = await asked;
        await Answer.Json(
            context,
            (Silos: members ?? [], Standing: standing, Lines: recent.Newest(), Now: time.UnixNanos()),
            static (to, answer) =>
            {
                to.WriteStartObject();
                to.WriteTime(answer.Now);
                WriteSilos(to, answer.Silos);
                WriteJournal(to, answer.Standing);
                WriteLines(to, answer.Lines);
                to.WriteEndObject();
            });
    }

    /// <summary>
    /// Asks a part of the system; null if it does not answer. Not logged: that would push the relevant lines out of the
    /// log.
    /// </summary>
    private async Task<T?> Ask<T>(Func<Task<T?>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().WaitAsync(s_patience, time, cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return default;
        }
    }

    private static void WriteSilos(Utf8JsonWriter to, ImmutableArray<SiloView> silos)
    {
        to.WriteStartArray("silos"u8);
        foreach (var silo in silos)
        {
            to.WriteStartObject();
            to.WriteString("name"u8, silo.Name);
            to.WriteString("address"u8, silo.Address);
            to.WriteString("role"u8, silo.Role);
            to.WriteString("state"u8, silo.State);
            to.WriteTimeText("since"u8, silo.Since.ToUnixTimeMilliseconds() * 1_000_000);
            to.WriteBoolean("current"u8, silo.IsThis);
            to.WriteStartArray("grains"u8);
            foreach (var grain in silo.Grains)
            {
                to.WriteStartObject();
                to.WriteString("type"u8, grain.Type);
                to.WriteNumber("count"u8, grain.Count);
                to.WriteEndObject();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }

    private static void WriteJournal(Utf8JsonWriter to, LedgerStanding? standing)
    {
        if (standing is not { } known)
        {
            to.WriteNull("journal"u8);
            return;
        }

        to.WriteStartObject("journal"u8);
        to.WriteNumber("records"u8, known.Records);
        to.WriteNumber("behind"u8, known.Behind);
        to.WriteNumber("behindMillis"u8, known.BehindNanos / 1_000_000);
        to.WriteEndObject();
    }

    private static void WriteLines(Utf8JsonWriter to, RecentLine[] lines)
    {
        to.WriteStartArray("log"u8);
        foreach (var line in lines)
        {
            to.WriteStartObject();
            to.WriteNumber("sequence"u8, line.Sequence);
            to.WriteTime(line.TimeNanos);
            to.WriteString("level"u8, line.Level switch
            {
                LogLevel.Warning => "warn"u8,
                LogLevel.Error => "error"u8,
                _ => "critical"u8,
            });
            to.WriteString("category"u8, line.Category);
            to.WriteNumber("event"u8, line.Event);
            to.WriteString("message"u8, line.Message);
            to.WriteString("exception"u8, line.Exception);
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }
}
