namespace QuantumCore.Contracts;

/// <summary>Encodes records of corporate actions.</summary>
public static partial class CatalogRecordEncoding
{
    private static byte[] Encode(CorporateActionAnnounced record)
    {
        var request = record.Request;
        var isSplit = request.Kind == CorporateActionKind.Split;
        var isRename = request.Kind == CorporateActionKind.SymbolChange;
        var to = new RecordWriter(
            Version, isSplit ? SplitAnnouncedKind : isRename ? SymbolChangeAnnouncedKind : ActionAnnouncedKind,
            record.TimeNanos);
        to.Text(request.Id);
        to.Byte((byte)request.Kind);
        to.Text(request.Symbol);
        to.Count(request.ExDay);
        to.Count(request.PayDay);
        to.Count(request.Rate);
        to.Text(request.By);
        to.Text(request.Why);
        to.Fixed64(record.CutNanos);
        if (isSplit)
        {
            to.Count(request.Numerator);
            to.Count(request.Denominator);
        }
        else if (isRename)
        {
            to.Text(request.NewSymbol ?? "");
            to.Text(request.NewAsset ?? "");
        }

        return to.ToArray();
    }

    private static CorporateActionAnnounced ReadSplit(ref RecordReader from)
    {
        var announced = ReadAnnounced(ref from);
        return announced with
        {
            Request = announced.Request with { Numerator = from.Count(), Denominator = from.Count() },
        };
    }

    private static CorporateActionAnnounced ReadSymbolChange(ref RecordReader from)
    {
        var announced = ReadAnnounced(ref from);
        return announced with { Request = announced.Request with { NewSymbol = from.Text(), NewAsset = from.Text() } };
    }

    private static CorporateActionAnnounced ReadAnnounced(ref RecordReader from) => new(
        from.TimeNanos,
        new CorporateActionRequest(
            from.Text(), Member<CorporateActionKind>(from.Byte()), from.Text(), from.Count(), from.Count(),
            from.Count(), from.Text(), from.Text()),
        from.Fixed64());

    private static byte[] Encode(CorporateActionClosed record)
    {
        var to = new RecordWriter(Version, ActionClosedKind, record.TimeNanos);
        to.Text(record.Id);
        to.Count(record.Sums.Accounts);
        to.Fixed128(record.Sums.LongUnits);
        to.Fixed128(record.Sums.ShortUnits);
        to.Fixed128(record.Sums.Received);
        to.Fixed128(record.Sums.Owed);
        to.Count(record.Sums.Rounding);
        return to.ToArray();
    }

    private static CorporateSums ReadSums(ref RecordReader from) => new(
        from.Count32(), from.Fixed128(), from.Fixed128(), from.Fixed128(), from.Fixed128(), from.Count());

    private static byte[] Encode(byte kind, CatalogRecord record, string id)
    {
        var to = new RecordWriter(Version, kind, record.TimeNanos);
        to.Text(id);
        return to.ToArray();
    }
}
