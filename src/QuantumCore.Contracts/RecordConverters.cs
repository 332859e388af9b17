using System.Collections.Immutable;

namespace QuantumCore.Contracts;

/// <summary>A <see cref="DeliveredRecord"/> on its way to another process: the record as the journal has it.</summary>
/// <param name="Sequence">The record's sequence in the book's stream.</param>
/// <param name="PreviousSequence">Sequence of the previous record that touches this account; 0 for the first.</param>
/// <param name="Record">The record's bytes in the journal.</param>
[GenerateSerializer, Immutable, Alias("journaled-delivery")]
public readonly record struct JournaledDelivery(long Sequence, long PreviousSequence, byte[] Record);

/// <summary>A <see cref="BookBatch"/> on its way to another process: the records as the journal has them.</summary>
/// <param name="Symbol">The book.</param>
/// <param name="FirstSequence">Sequence of the first record.</param>
/// <param name="Records">The records' bytes in the journal.</param>
[GenerateSerializer, Immutable, Alias("journaled-batch")]
public readonly record struct JournaledBatch(string Symbol, long FirstSequence, ImmutableArray<byte[]> Records);

/// <summary>Sends delivered records to other processes in the journal's encoding.</summary>
[RegisterConverter]
public sealed class DeliveryConverter : IConverter<DeliveredRecord, JournaledDelivery>
{
    /// <inheritdoc/>
    public DeliveredRecord ConvertFromSurrogate(in JournaledDelivery surrogate) =>
        new(surrogate.Sequence, surrogate.PreviousSequence, BookRecordEncoding.Decode(surrogate.Record));

    /// <inheritdoc/>
    public JournaledDelivery ConvertToSurrogate(in DeliveredRecord value) =>
        new(value.Sequence, value.PreviousSequence, BookRecordEncoding.Encode(value.Record));
}

/// <summary>Publishes records to other processes in the journal's encoding.</summary>
[RegisterConverter]
public sealed class BatchConverter : IConverter<BookBatch, JournaledBatch>
{
    /// <inheritdoc/>
    public BookBatch ConvertFromSurrogate(in JournaledBatch surrogate) => new(
        surrogate.Symbol, surrogate.FirstSequence,
        [.. surrogate.Records.Select(static record => BookRecordEncoding.Decode(record))]);

    /// <inheritdoc/>
    public JournaledBatch ConvertToSurrogate(in BookBatch value) =>
        new(value.Symbol, value.FirstSequence, [.. value.Records.Select(BookRecordEncoding.Encode)]);
}
