using System.Collections;
using System.Collections.Immutable;
using System.Reflection;

namespace QuantumCore.Contracts.Tests;

/// <summary>A kind of stream: its samples and both directions of its encoding.</summary>
internal sealed record Encoding(
    string Name, IReadOnlyDictionary<string, object> Samples, Func<object, byte[]> Encode, Func<byte[], object> Decode)
{
    /// <summary>All kinds of streams.</summary>
    public static IReadOnlyList<Encoding> All { get; } =
    [
        new(
            "book", Of(Tests.Samples.Book), record => BookRecordEncoding.Encode((BookRecord)record),
            bytes => BookRecordEncoding.Decode(bytes)),
        new(
            "account", Of(Tests.Samples.Account), record => AccountRecordEncoding.Encode((AccountRecord)record),
            bytes => AccountRecordEncoding.Decode(bytes)),
        new(
            "catalog", Of(Tests.Samples.Catalog), record => CatalogRecordEncoding.Encode((CatalogRecord)record),
            bytes => CatalogRecordEncoding.Decode(bytes)),
        new(
            "payout", Of(Tests.Samples.Payout), record => PayoutRecordEncoding.Encode((PayoutRecord)record),
            bytes => PayoutRecordEncoding.Decode(bytes)),
        new(
            "settlement", Of(Tests.Samples.Settlement),
            record => SettlementRecordEncoding.Encode((SettlementRecord)record),
            bytes => SettlementRecordEncoding.Decode(bytes)),
        new(
            "operators", Of(Tests.Samples.Operators), line => Bytes((AuditLine)line),
            bytes => OperatorLogEncoding.Decode(Tests.Samples.OperatorSequence, bytes)),
    ];

    /// <summary>Returns the encoding of a sample.</summary>
    public static Encoding For(string sample) => All.Single(encoding => encoding.Samples.ContainsKey(sample));

    /// <summary>Returns a record as text, lists item by item. Two records are equal if their texts are.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        IEnumerable items => $"[{string.Join(", ", items.Cast<object>().Select(Describe))}]",
        _ when value.GetType().Namespace == "QuantumCore.Contracts" =>
            $"{value.GetType().Name} {{ {string.Join(", ", Properties(value).Select(property => $"{property.Name} = {Describe(property.GetValue(value))}"))} }}",
        _ => value.ToString()!,
    };

    // A line's sequence is its position, and not part of its bytes.
    private static byte[] Bytes(AuditLine line) =>
        OperatorLogEncoding.Encode(line.TimeNanos, new OperatorAct(line.What, line.Subject, line.By, line.Detail));

    private static PropertyInfo[] Properties(object value) =>
        value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance);

    private static ImmutableDictionary<string, object> Of<T>(IReadOnlyDictionary<string, T> samples)
        where T : class =>
        samples.ToImmutableDictionary(pair => pair.Key, pair => (object)pair.Value, StringComparer.Ordinal);
}
