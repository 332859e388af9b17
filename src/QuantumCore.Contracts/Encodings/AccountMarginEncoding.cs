using static QuantumCore.Contracts.AccountRecordEncoding;

namespace QuantumCore.Contracts.Encodings;

/// <summary>Encodes records of margin accounts.</summary>
internal static class AccountMarginEncoding
{
    public static byte[] Encode(AccountKindSet record)
    {
        // An account that may trade any instrument keeps its original encoding.
        var to = Start(record.Symbol.Length == 0 ? Kind.AccountKind : Kind.IsolatedKind, record);
        to.Text(record.Currency);
        to.Count(record.Decimals);
        to.Text(record.By);
        to.Text(record.Why);
        if (record.Symbol.Length > 0)
        {
            to.Text(record.Symbol);
        }

        return to.ToArray();
    }

    public static byte[] Encode(MarginReviewed record)
    {
        var to = Start(Kind.Margin, record);
        to.Byte((byte)record.State);
        to.Count(record.Floor);
        to.Fixed64(record.DeadlineNanos);
        to.Fixed128(record.Equity);
        to.Fixed128(record.Requirement);
        to.Fixed128(record.Maintenance);
        to.Items(record.Marks, static (ref to, mark) => MarginEncoding.Write(ref to, mark));

        return to.ToArray();
    }

    public static MarginReviewed ReadMargin(ref RecordReader from)
    {
        var (state, floor, deadline) = ((MarginState)from.Byte(), from.Count(), from.Fixed64());
        var (equity, requirement, maintenance) = (from.Fixed128(), from.Fixed128(), from.Fixed128());
        var marks = from.Items(MarginEncoding.ReadMark);
        return new MarginReviewed(
            from.TimeNanos, state, floor, deadline, equity, requirement, maintenance, marks);
    }

    public static byte[] Encode(LiquidationStepEnded record)
    {
        var to = Start(Kind.LiquidationStep, record);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Count(record.Number);
        to.Count(record.Value);
        to.Count(record.Fee);
        to.Count(record.Deficit);
        return to.ToArray();
    }

    public static byte[] Encode(DeficitCovered record)
    {
        var to = Start(Kind.Covered, record);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Count(record.Claim);
        to.Count(record.FromFund);
        to.Count(record.FromHouse);
        return to.ToArray();
    }

    public static byte[] Encode(DeficitSharePaid record)
    {
        var to = Start(Kind.SharePaid, record);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Count(record.Loser);
        to.Count(record.Deficit);
        to.Count(record.Amount);
        return to.ToArray();
    }

    public static byte[] Encode(InterestAccrued record)
    {
        var to = Start(Kind.Interest, record);
        to.Count(record.Day);
        to.Text(record.Asset);
        to.Count(record.Decimals);
        to.Count(record.DayBasis);
        to.Fixed128(record.Loan);
        to.Fixed128(record.Borrow);
        to.Count(record.LoanCharge);
        to.Count(record.BorrowCharge);
        return to.ToArray();
    }
}
