using System.Collections.Immutable;
using System.Runtime.InteropServices;
using QuantumCore.Instruments;

namespace QuantumCore.Contracts;

/// <summary>Encodes margin terms, policies and mark prices as bytes, in the journal and between grains.</summary>
internal static class MarginEncoding
{
    private const byte Version = 1;
    private const byte TermsKind = 1;
    private const byte PolicyKind = 2;
    private const byte GroupedTermsKind = 3;
    private const byte SharingPolicyKind = 4;

    public static ImmutableArray<byte> Encode(MarginTerms terms)
    {
        // Terms without a group keep their original encoding.
        var to = new RecordWriter(Version, terms.Group.Length == 0 ? TermsKind : GroupedTermsKind, 0);
        Write(ref to, terms.Long);
        to.Bool(terms.Short is not null);
        if (terms.Short is { } shorts)
        {
            Write(ref to, shorts);
        }

        to.Bool(terms.CheapShort is not null);
        if (terms.CheapShort is { } cheap)
        {
            to.Count(terms.CheapBelowTicks);
            Write(ref to, cheap);
        }

        to.Count(terms.LendableLots);
        to.Count(terms.BorrowPpm);
        to.Count(terms.ImpactLots);
        to.Count(terms.SpreadLimitPpm);
        to.Count(terms.StepLots);
        if (terms.Group.Length > 0)
        {
            to.Text(terms.Group);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(to.ToArray());
    }

    public static MarginTerms DecodeTerms(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        var longs = ReadTable(ref from);
        var shorts = from.Bool() ? ReadTable(ref from) : null;
        var isCheap = from.Bool();
        var terms = new MarginTerms
        {
            Long = longs,
            Short = shorts,
            CheapBelowTicks = isCheap ? from.Count() : 0,
            CheapShort = isCheap ? ReadTable(ref from) : null,
            LendableLots = from.Count(),
            BorrowPpm = from.Count32(),
            ImpactLots = from.Count(),
            SpreadLimitPpm = from.Count32(),
            StepLots = from.Count(),
            Group = from.Kind == GroupedTermsKind ? from.Text() : "",
        };
        from.End();
        return terms;
    }

    public static ImmutableArray<byte> Encode(MarginPolicy policy)
    {
        // A policy that shares no deficits out keeps its original encoding.
        var to = new RecordWriter(Version, policy.SharesOut ? SharingPolicyKind : PolicyKind, 0);
        to.Count(policy.LoanPpm);
        to.Count(policy.DayBasis);
        to.Count(policy.CallSeconds);
        to.Count(policy.LiquidationPpm);
        to.Count(policy.TargetPpm);
        to.Count(policy.FeePpm);
        if (policy.SharesOut)
        {
            to.Count(policy.Skin);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(to.ToArray());
    }

    public static MarginPolicy DecodePolicy(ReadOnlySpan<byte> bytes)
    {
        var from = new RecordReader(bytes, Version);
        var policy = new MarginPolicy
        {
            LoanPpm = from.Count32(),
            DayBasis = from.Count32(),
            CallSeconds = from.Count32(),
            LiquidationPpm = from.Count32(),
            TargetPpm = from.Count32(),
            FeePpm = from.Count32(),
            SharesOut = from.Kind == SharingPolicyKind,
            Skin = from.Kind == SharingPolicyKind ? from.Count() : 0,
        };
        from.End();
        return policy;
    }

    public static void Write(ref RecordWriter to, in MarkPrice mark)
    {
        to.Text(mark.Symbol);
        to.Count(mark.PriceTicks);
        to.Byte((byte)mark.Source);
        to.Count(mark.Sequence);
        to.Fixed64(mark.TimeNanos);
    }

    public static MarkPrice ReadMark(ref RecordReader from) =>
        new(from.Text(), from.Count(), (MarkSource)from.Byte(), from.Count(), from.Fixed64());

    private static void Write(ref RecordWriter to, MarginTable table)
    {
        to.Count(table.FloorPerLot);
        to.Count(table.Tiers.Length);
        foreach (var tier in table.Tiers)
        {
            to.Count(tier.UpTo);
            to.Count(tier.InitialPpm);
            to.Count(tier.MaintenancePpm);
        }
    }

    private static MarginTable ReadTable(ref RecordReader from)
    {
        var floor = from.Count();
        var tiers = from.Items(static (ref from) => new MarginTier(from.Count(), from.Count32(), from.Count32()));
        return new MarginTable(tiers, floor);
    }
}
