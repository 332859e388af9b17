using System.Collections.Frozen;
using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Writes the answers to orders, the same over HTTP and over a WebSocket.</summary>
internal static class OrderAnswer
{
    /// <summary>Answers with an order, or with its reject reason and a detail if there is one.</summary>
    public static ValueTask<FlushResult> OrderAsync(
        HttpContext context, ExecutionReport report, FrozenDictionary<string, Instrument> listed, string? detail = null)
    {
        if (report.Reason == RejectReason.None && listed.ContainsKey(report.Symbol))
        {
            return Answer.JsonAsync(
                context, (report, listed), static (to, order) => to.WriteOrder(order.report, order.listed));
        }

        if (report.Reason == RejectReason.OutcomeUnknown && Answer.IsReading(context))
            return Answer.RefuseAsync(context, new Refusal(report.Reason));

        Answer.Prepare(context, report.Reason);
        var trace = context.TraceIdentifier;
        return Answer.JsonAsync(
            context,
            (report, listed, trace, detail),
            static (to, refused) =>
                WriteRefusedOrder(to, refused.report, refused.listed, refused.trace, refused.detail),
            Refusals.Status(report.Reason),
            "application/problem+json");
    }

    /// <summary>
    /// Writes a rejected order as a problem, with the order's names, and its final state if there is one.
    /// </summary>
    public static void WriteRefusedOrder(
        Utf8JsonWriter to,
        ExecutionReport report,
        FrozenDictionary<string, Instrument> listed,
        string trace,
        string? detail)
    {
        to.WriteStartObject();
        var refusal = new Refusal(report.Reason, report.Field, report.Limit, detail);
        Answer.WriteProblem(to, refusal, Refusals.Status(report.Reason), trace);
        if (report.Symbol.Length > 0)
            to.WriteString("symbol"u8, report.Symbol);
        if (report.ClientOrderId.Length > 0)
            to.WriteString("clientOrderId"u8, report.ClientOrderId);
        if (report.OrderId > 0)
            to.WriteNumber("orderId"u8, report.OrderId);
        if (report.Reason == RejectReason.OrderClosed && listed.ContainsKey(report.Symbol) && report.Sequence > 0)
        {
            to.WritePropertyName("order"u8);
            to.WriteOrder(report, listed);
        }

        to.WriteEndObject();
    }

    /// <summary>Writes the answer to a batch.</summary>
    public static void WriteBatch(
        Utf8JsonWriter to,
        ImmutableArray<(ExecutionReport Report, string? Detail)> reports,
        FrozenDictionary<string, Instrument> listed,
        string trace)
    {
        to.WriteStartObject();
        to.WriteStartArray("results"u8);
        foreach (var (report, detail) in reports)
        {
            to.WriteStartObject();
            if (report.Reason == RejectReason.None && listed.ContainsKey(report.Symbol))
            {
                to.WritePropertyName("order"u8);
                to.WriteOrder(report, listed);
            }
            else
            {
                to.WritePropertyName("error"u8);
                WriteRefusedOrder(to, report, listed, trace, detail);
            }

            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>Writes the answer to a mass cancel.</summary>
    public static void WriteCancelled(Utf8JsonWriter to, int cancelled)
    {
        to.WriteStartObject();
        to.WriteNumber("cancelled"u8, cancelled);
        to.WriteEndObject();
    }
}
