using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Accounts' parts of corporate actions, and their payment.</summary>
internal sealed class CorporatePartProjection(RowBuffers buffers)
{
    private readonly RowBuffer _parts = buffers.Empty(Statements.AddCorporatePart);
    private readonly RowBuffer _ends = buffers.Empty(Statements.EndCorporatePart);

    /// <summary>Applies an account's record; those of other subjects change nothing.</summary>
    public void Apply(RecordOrigin place, long account, AccountRecord record)
    {
        switch (record)
        {
            case CorporateActionEntered part:
                _parts.Add(part.Action).Add(account).Add(place.Sequence).Add(part.UnitAsset).Add(part.Units)
                    .Add(part.Asset).Add(part.Amount)
                    .Add(part.PayDay).Add(part.PayDay == 0 ? part.TimeNanos : RowBuffer.Null).Add(part.TimeNanos).Add(0)
                    .Add(0).Add(0).Add(0);
                break;
            case SplitEntered split:
                _parts.Add(split.Action).Add(account).Add(place.Sequence).Add(split.UnitAsset).Add(split.Units)
                    .Add(split.Asset).Add(split.Amount)
                    .Add(0).Add(split.TimeNanos).Add(split.TimeNanos).Add(split.Change).Add(split.Numerator)
                    .Add(split.Denominator).Add(split.Rate);
                break;
            case SymbolChanged changed:
                _parts.Add(changed.Action).Add(account).Add(place.Sequence).Add(changed.UnitAsset).Add(changed.Units)
                    .Add(changed.Asset).Add(changed.Units)
                    .Add(0).Add(changed.TimeNanos).Add(changed.TimeNanos).Add(-changed.Units).Add(0).Add(0).Add(0);
                break;
            case CorporateActionPaid paid:
                _ends.Add(paid.Action).Add(account).Add(paid.TimeNanos);
                break;
        }
    }

    public RowBuffer[] Rows() => [_parts, _ends];
}
