import {
  type Budget,
  bookedBudgetsSchema,
  budgetSchema,
  type Plan,
  type ShortLines,
} from '../../server/protocol/budget.ts';
import { callApi } from '../session/api.ts';

// Every call throws `Refused`.

export function reckonBudget(plan: Plan): Promise<Budget> {
  return callApi({ method: 'POST', path: '/budget', body: plan, answer: budgetSchema });
}

/** Of the meetings booked in a time. */
export async function listShortLines(from: number, to: number): Promise<ShortLines[]> {
  return (await callApi({ path: `/budget/bookings?from=${from}&to=${to}`, answer: bookedBudgetsSchema })).bookings;
}
