using System.Collections.Immutable;
using QuantumCore.Contracts;

namespace QuantumCore.History;

/// <summary>Reads transfers between accounts.</summary>
public sealed class TransferQueries(HistoryDatabase database)
{
    /// <summary>Most transfers in one response.</summary>
    public const int TransfersLimit = 1_000;

    /// <summary>Returns transfers whose arrival is not recorded, oldest first: work for the recovery agent.</summary>
    public Task<ImmutableArray<OpenTransfer>> OpenAsync(
        int limit, int skip, CancellationToken cancellationToken) =>
        database.ListAsync(
            """
            SELECT account, seq, target, asset, amount FROM transfer WHERE ended_at IS NULL
            ORDER BY created_at, account, seq LIMIT @limit OFFSET @skip
            """,
            [("@limit", limit), ("@skip", skip)],
            static row => new OpenTransfer(
                new TransferArrival(row.GetInt64(0), row.GetInt64(1), row.GetString(3), row.GetInt64(4)),
                row.GetInt64(2)),
            cancellationToken);

    /// <summary>
    /// Returns an account's transfers, sent and received, newest first, optionally after a place. At most one more than
    /// <see cref="TransfersLimit"/>.
    /// </summary>
    public Task<ImmutableArray<AccountTransfer>> NewestAsync(
        long account, int limit, TransferPlace? after, CancellationToken cancellationToken)
    {
        var last = after ?? new TransferPlace(long.MaxValue, 0, 0);
        return database.ListAsync(
            """
            SELECT t.seq, t.name, t.account, t.target, t.asset, a.decimals, t.amount, t.ended_at, t.created_at
            FROM transfer t JOIN asset a ON a.asset = t.asset WHERE (t.account = @account OR t.target = @account)
              AND (t.created_at < @time OR (t.created_at = @time AND (t.account < @from OR (t.account = @from AND t.seq < @seq))))
            ORDER BY t.created_at DESC, t.account DESC, t.seq DESC LIMIT @limit
            """,
            [
                ("@account", account),
                ("@time", last.TimeNanos),
                ("@from", last.From),
                ("@seq", last.Sequence),
                ("@limit", Math.Clamp(limit, 0, TransfersLimit + 1)),
            ],
            static row => new AccountTransfer(
                row.GetInt64(0),
                row.GetString(1),
                row.GetInt64(2),
                row.GetInt64(3),
                row.GetString(4),
                row.GetInt32(5),
                row.GetInt64(6),
                !row.IsDBNull(7),
                row.GetInt64(8)),
            cancellationToken);
    }
}

/// <summary>A durable transfer whose arrival is not recorded.</summary>
/// <param name="Arrival">Arrival for the receiving account.</param>
/// <param name="To">Number of the receiving account.</param>
public readonly record struct OpenTransfer(TransferArrival Arrival, long To);
