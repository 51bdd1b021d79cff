/** One choice out of a few, with a visible or a hidden label. */
import { Select } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import css from './select.module.css';

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

interface ChooseProps<Value extends string> {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}

export function Choose<Value extends string>({ label, choices, value, onChange, disabled = false }: ChooseProps<Value>) {
  return (
    <Select.Root items={choices} value={value} disabled={disabled} modal={false} onValueChange={(chosen) => chosen !== null && onChange(chosen)}>
      <Select.Trigger aria-label={label} className={css.trigger}>
        <Select.Value />
        <Select.Icon className={css.icon}><ChevronDown size={14} aria-hidden /></Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Positioner sideOffset={4} alignItemWithTrigger={false} className={css.positioner}>
          <Select.Popup className={css.popup}>
            {choices.map((choice) => (
              <Select.Item key={choice.value} value={choice.value} className={css.item}>
                <span className={css.mark}><Select.ItemIndicator><Check size={14} aria-hidden /></Select.ItemIndicator></span>
                <Select.ItemText>{choice.label}</Select.ItemText>
              </Select.Item>
            ))}
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}
