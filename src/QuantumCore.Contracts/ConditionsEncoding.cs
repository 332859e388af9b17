using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>
/// An order's conditions beyond a plain order, in their journal encoding, which is the only encoding. Null for a plain
/// order.
/// </summary>
/// <param name="Bytes">The encoded conditions.</param>
[GenerateSerializer, Immutable, Alias("encoded-conditions")]
public sealed record EncodedConditions(ImmutableArray<byte> Bytes)
{
    /// <summary>Encodes conditions; null gives null.</summary>
    public static EncodedConditions? From(OrderConditions? conditions) =>
        conditions is null ? null : new(ConditionsEncoding.Encode(conditions));

    /// <inheritdoc/>
    public bool Equals(EncodedConditions? other) =>
        other is not null && Bytes.AsSpan().SequenceEqual(other.Bytes.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.Length;
}

/// <summary>Decodes optional conditions.</summary>
public static class EncodedConditionsExtensions
{
    /// <summary>Decodes the conditions; null gives null.</summary>
    /// <exception cref="InvalidDataException">The bytes are damaged.</exception>
    public static OrderConditions? Decode(this EncodedConditions? encoded) =>
        encoded is null ? null : ConditionsEncoding.Decode(encoded.Bytes.AsSpan());
}

/// <summary>Encodes conditions as bytes: a field number before each present value. Numbers are never reused.</summary>
internal static class ConditionsEncoding
{
    private const byte Version = 1;
    private const byte Kind = 2;

    private enum Field : byte
    {
        DisplayLots = 1,
        Hidden = 2,
        AllOrNone = 3,
        MinimumLots = 4,
        Slide = 5,
        TriggerTicks = 6,
        TriggerReference = 7,
        TrailTicks = 8,
        TrailBasisPoints = 9,
        ActivationTicks = 10,
        LimitOffsetTicks = 11,
        Peg = 12,
        PegOffsetTicks = 13,
        Amount = 14,
        ProtectionTicks = 15,
        ExpiryNanos = 16,
        Strategy = 17,
        ListName = 18,
        DoNotReduce = 19,
    }

    public static ImmutableArray<byte> Encode(OrderConditions from)
    {
        var to = new RecordWriter(Version, Kind, 0);
        Write(ref to, Field.DisplayLots, from.DisplayLots);
        Write(ref to, Field.Hidden, from.Hidden ? 1 : null);
        Write(ref to, Field.AllOrNone, from.AllOrNone ? 1 : null);
        Write(ref to, Field.MinimumLots, from.MinimumLots);
        Write(ref to, Field.Slide, from.Slide ? 1 : null);
        Write(ref to, Field.TriggerTicks, from.TriggerTicks);
        Write(ref to, Field.TriggerReference, from.TriggerReference == 0 ? null : (long)from.TriggerReference);
        Write(ref to, Field.TrailTicks, from.TrailTicks);
        Write(ref to, Field.TrailBasisPoints, from.TrailBasisPoints);
        Write(ref to, Field.ActivationTicks, from.ActivationTicks);
        Write(ref to, Field.LimitOffsetTicks, from.LimitOffsetTicks);
        Write(ref to, Field.Peg, from.Peg == 0 ? null : (long)from.Peg);
        Write(ref to, Field.PegOffsetTicks, from.PegOffsetTicks == 0 ? null : from.PegOffsetTicks);
        Write(ref to, Field.Amount, from.Amount);
        Write(ref to, Field.ProtectionTicks, from.ProtectionTicks);
        Write(ref to, Field.ExpiryNanos, from.ExpiryNanos);
        Write(ref to, Field.DoNotReduce, from.DoNotReduce ? 1 : null);
        Write(ref to, from.Strategy);
        if (from.ListName is { } name)
        {
            to.Byte((byte)Field.ListName);
            to.Text(name);
        }

        to.Byte(0);
        return ImmutableCollectionsMarshal.AsImmutableArray(to.ToArray());
    }

    public static OrderConditions Decode(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        var read = new OrderConditions();
        for (var field = from.Byte(); field != 0; field = from.Byte())
        {
            read = (Field)field switch
            {
                Field.Strategy => read with { Strategy = ReadStrategy(ref from) },
                Field.ListName => read with { ListName = from.Text() },
                var number => With(read, number, from.Fixed64()),
            };
        }

        from.End();
        return read;
    }

    private static void Write(ref RecordWriter to, Field field, long? value)
    {
        if (value is { } there)
        {
            to.Byte((byte)field);
            to.Fixed64(there);
        }
    }

    private static void Write(ref RecordWriter to, StrategyTerms? strategy)
    {
        if (strategy is null)
        {
            return;
        }

        to.Byte((byte)Field.Strategy);
        to.Fixed64(strategy.Net);
        to.Count(strategy.Leg);
        to.Count(strategy.Legs.Length);
        foreach (var leg in strategy.Legs)
        {
            to.Text(leg.Symbol);
            to.Byte((byte)leg.Side);
            to.Count(leg.Lots);
        }
    }

    private static StrategyTerms ReadStrategy(ref RecordReader from)
    {
        var (net, leg) = (from.Fixed64(), from.Count32());
        var legs = from.Items(static (ref from) => new StrategyLeg(from.Text(), (Side)from.Byte(), from.Count()));
        return new StrategyTerms(net, leg, legs);
    }

    private static OrderConditions With(OrderConditions read, Field field, long value) => field switch
    {
        Field.DisplayLots => read with { DisplayLots = value },
        Field.Hidden => read with { Hidden = true },
        Field.AllOrNone => read with { AllOrNone = true },
        Field.MinimumLots => read with { MinimumLots = value },
        Field.Slide => read with { Slide = true },
        Field.TriggerTicks => read with { TriggerTicks = value },
        Field.TriggerReference => read with { TriggerReference = (TriggerReference)Small(value) },
        Field.TrailTicks => read with { TrailTicks = value },
        Field.TrailBasisPoints => read with { TrailBasisPoints = Small(value) },
        Field.ActivationTicks => read with { ActivationTicks = value },
        Field.LimitOffsetTicks => read with { LimitOffsetTicks = value },
        Field.Peg => read with { Peg = (PegReference)Small(value) },
        Field.PegOffsetTicks => read with { PegOffsetTicks = value },
        Field.Amount => read with { Amount = value },
        Field.ProtectionTicks => read with { ProtectionTicks = value },
        Field.DoNotReduce => read with { DoNotReduce = true },
        Field.ExpiryNanos => read with { ExpiryNanos = value },
        _ => throw new InvalidDataException($"Unknown condition {(byte)field} of an order."),
    };

    private static int Small(long value) =>
        value is >= 0 and <= 0xFFFF ? (int)value : throw new InvalidDataException("A number beyond 16 bits.");
}
