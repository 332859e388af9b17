using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Json;

/// <summary>Answers to orders, the same over HTTP and over a WebSocket.</summary>
internal static class OrderAnswer
{
    /// <summary>Returns an order, or its refusal with a detail if there is one.</summary>
    public static Result<Api.Order> Of(
        ExecutionReport report, FrozenDictionary<string, Instrument> listed, string? detail = null) =>
        IsOrder(report, listed)
            ? Result<Api.Order>.Json(to => to.WriteOrder(report, listed))
            : Refused(report, listed, detail);

    /// <summary>Returns true for the report of an order that can be shown.</summary>
    public static bool IsOrder(ExecutionReport report, FrozenDictionary<string, Instrument> listed) =>
        report.Reason == RejectReason.None && listed.ContainsKey(report.Symbol);

    /// <summary>Returns the refusal of an order, with the order's names, and its final state if there is one.</summary>
    public static Refusal Refused(
        ExecutionReport report, FrozenDictionary<string, Instrument> listed, string? detail = null) =>
        new(report.Reason, report.Field, report.Limit, detail)
        {
            More = to =>
            {
                if (report.Symbol.Length > 0)
                    to.WriteString("symbol"u8, report.Symbol);
                if (report.ClientOrderId.Length > 0)
                    to.WriteString("clientOrderId"u8, report.ClientOrderId);
                if (report.OrderId > 0)
                    to.WriteNumber("orderId"u8, report.OrderId);
                if (report is { Reason: RejectReason.OrderClosed, Sequence: > 0 } && listed.ContainsKey(report.Symbol))
                {
                    to.WritePropertyName("order"u8);
                    to.WriteOrder(report, listed);
                }
            },
        };

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
            if (IsOrder(report, listed))
            {
                to.WritePropertyName("order"u8);
                to.WriteOrder(report, listed);
            }
            else
            {
                to.WritePropertyName("error"u8);
                Answer.WriteProblem(to, Refused(report, listed, detail), trace);
            }

            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>Writes the member <c>orders</c>.</summary>
    public static void WriteOrders(
        this Utf8JsonWriter to, IEnumerable<ExecutionReport> reports, FrozenDictionary<string, Instrument> listed)
    {
        to.WriteStartArray("orders"u8);
        foreach (var report in reports)
            to.WriteOrder(report, listed);
        to.WriteEndArray();
    }
}
