using System.Collections.Immutable;
using System.Data.Common;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Reads withdrawals.</summary>
public sealed class WithdrawalQueries(HistoryDatabase database)
{
    /// <summary>Most withdrawals in one response.</summary>
    public const int WithdrawalsLimit = 1_000;

    /// <summary>
    /// Returns withdrawals that are neither paid nor rejected, oldest first: work for the recovery agent.
    /// </summary>
    public Task<ImmutableArray<UnpaidWithdrawal>> OpenAsync(
        int limit, int skip, CancellationToken cancellationToken) =>
        database.ListAsync(
            """
            SELECT w.account, w.seq, w.amount, w.destination, w.asset, a.decimals
            FROM withdrawal w JOIN asset a ON a.asset = w.asset WHERE w.is_open = 1
            ORDER BY w.created_at, w.account, w.seq LIMIT @limit OFFSET @skip
            """,
            [("@limit", limit), ("@skip", skip)],
            static row => new UnpaidWithdrawal(
                new PayoutItem(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3)),
                row.GetString(4),
                row.GetInt32(5)),
            cancellationToken);

    /// <summary>
    /// Returns an account's withdrawals, newest first, optionally before a sequence. At most one more than
    /// <see cref="WithdrawalsLimit"/>.
    /// </summary>
    public Task<ImmutableArray<AccountWithdrawal>> NewestAsync(
        long account, int limit, long? before, CancellationToken cancellationToken) => database.ListAsync(
            """
            SELECT w.seq, w.name, w.account, w.asset, a.decimals, w.amount, w.destination, p.state, p.batch, p.reason, w.created_at
            FROM withdrawal w JOIN asset a ON a.asset = w.asset
            LEFT JOIN payout p ON p.account = w.account AND p.seq = w.seq
            WHERE w.account = @account AND w.seq < @before ORDER BY w.seq DESC LIMIT @limit
            """,
            [
                ("@account", account), ("@before", before ?? long.MaxValue),
                ("@limit", Math.Clamp(limit, 0, WithdrawalsLimit + 1))],
            ReadWithdrawal,
            cancellationToken);

    private static AccountWithdrawal ReadWithdrawal(DbDataReader row)
    {
        var asset = row.GetString(3);
        var inBatch = !row.IsDBNull(7);
        return new(
            row.GetInt64(0),
            row.GetString(1),
            row.GetInt64(2),
            asset,
            row.GetInt32(4),
            row.GetInt64(5),
            row.GetString(6),
            inBatch ? HistoryWords.PayoutStateOf(row.GetString(7)) : PayoutState.Pending,
            inBatch ? PayoutRecord.BatchId(asset, row.GetInt64(8)) : null,
            row.IsDBNull(9) ? null : row.GetString(9),
            row.GetInt64(10));
    }
}

/// <summary>A durable withdrawal that is neither paid nor rejected.</summary>
/// <param name="Item">Item for the asset's payout.</param>
/// <param name="Asset">Name of the asset.</param>
/// <param name="Decimals">Decimals of its minor unit.</param>
public readonly record struct UnpaidWithdrawal(PayoutItem Item, string Asset, int Decimals);
