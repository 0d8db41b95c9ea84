import type { Words } from '../i18n/words';
import { ALL, type Variable } from './useVariables';

interface Props {
  readonly variable: Variable;
  readonly words: Words;
  readonly onChange: (values: readonly string[]) => void;
}

export function VariablePicker({ variable, words, onChange }: Props) {
  const { name, label, options, chosen, multi, hidden } = variable;
  if (hidden) return null;
  if (multi) return <MultiPicker variable={variable} words={words} onChange={onChange} />;
  const [value = ''] = chosen;
  return (
    <label className="control">
      <span className="control-label">{label}</span>
      <select data-testid={`variable-${name}`} value={value} onChange={({ target }) => onChange([target.value])}>
        {!options.some((option) => option.value === value) && <option value={value}>{value}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

function MultiPicker({ variable, words, onChange }: Props) {
  const { name, label, options, chosen } = variable;
  const summary = options
    .filter(({ value }) => chosen.includes(value))
    .map(({ text }) => text)
    .join(', ');
  const turn = (value: string): void => {
    if (value === ALL) onChange([ALL]);
    else {
      const kept = chosen.filter((other) => other !== ALL && other !== value);
      const next = chosen.includes(value) ? kept : [...kept, value];
      onChange(next.length === 0 ? [ALL] : next);
    }
  };
  return (
    <div className="control">
      <span className="control-label">{label}</span>
      <details className="multi" data-testid={`variable-${name}`}>
        <summary>{summary === '' ? words.all : summary}</summary>
        <div className="multi-options">
          {options.map(({ text, value }) => (
            <label key={value}>
              <input type="checkbox" checked={chosen.includes(value)} onChange={() => turn(value)} /> {text}
            </label>
          ))}
        </div>
      </details>
    </div>
  );
}
